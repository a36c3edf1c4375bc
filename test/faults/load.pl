# load.pl: many at once
#
# Clients of pgbench forecast from a hundred models while two sessions train some of
# them again and one drops and creates others.  No statement fails but where a model
# has just been dropped, which must be said in the documented way; and no forecast is
# a mixture: each is, to the last digit, that of one version.  Latencies are printed.
#
# Then models are created and dropped, and what vacuum leaves of them is looked at.
#
# CLIENTS (50) for DURATION (60) seconds; MODELS (1000) are created and dropped.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;

use Faults;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $clients = $ENV{CLIENTS} || 50;
my $seconds = $ENV{DURATION} || ($ENV{QUICK} ? 10 : 60);
my $models = $ENV{MODELS} || ($ENV{QUICK} ? 100 : 1000);
rounds(1, 1);
my $node = cluster('load', 'max_connections = ' . ($clients + 20) . "\nlog_statement = none\nmax_parallel_maintenance_workers = 0\nfsync = off\n");
my $dir = $PostgreSQL::Test::Utils::tmp_check;
my $options = q{'{"recipe": "plain", "units": 4, "epochs": 1, "window": 5}'};

# Models m1 to m90 stay, of which m1 to m20 are trained again; g1 to g10 come and go.
# What a forecast was is kept as a hash beside the model's name; what it may be, in expected.
$node->safe_psql('postgres', qq{
	CREATE EXTENSION pgstattuple;
	CREATE TABLE grows AS SELECT s, i, v FROM t WHERE s <= 100;
	CREATE UNLOGGED TABLE seen (name text, forecast text);
	CREATE TABLE expected (name text, forecast text);
	CREATE FUNCTION forecast(name text) RETURNS text LANGUAGE sql VOLATILE AS
	\$\$ SELECT md5(string_agg(concat_ws(' ', step, t, forecast, lower, upper), ';' ORDER BY step)) FROM rn_forecast(name, 5) \$\$;
	CREATE FUNCTION forecast_if_there(name text) RETURNS text LANGUAGE plpgsql AS \$\$
	BEGIN
		RETURN forecast(name);
	EXCEPTION WHEN undefined_object THEN
		IF SQLERRM <> format('model "%s" does not exist, or is not yours to use', name) THEN
			RAISE;
		END IF;
		RETURN NULL;
	END \$\$;
	SELECT rn_train('gru', format('SELECT i, v FROM grows WHERE s = %s', s), $options, 'm' || s) FROM generate_series(1, 90) s;
	SELECT rn_train('gru', format('SELECT i, v FROM grows WHERE s = %s', 90 + s), $options, 'g' || s) FROM generate_series(1, 10) s;
	INSERT INTO expected SELECT name, forecast(name) FROM (SELECT 'g' || s AS name FROM generate_series(1, 10) s) g});

my %script = (
	stays => "\\set m random(1, 90)\nINSERT INTO seen SELECT name, forecast(name) FROM (SELECT 'm' || :m AS name) n;\n",
	goes => "\\set m random(1, 10)\nINSERT INTO seen SELECT name, forecast_if_there(name) FROM (SELECT 'g' || :m AS name) n;\n");
foreach my $name (keys %script)
{
	open my $file, '>', "$dir/$name.sql" or die $!;
	print $file $script{$name};
	close $file;
}

my $pgbench = fork // die "fork: $!";
if ($pgbench == 0)
{
	chdir $dir;
	open STDOUT, '>', "$dir/pgbench.out";
	open STDERR, '>&', \*STDOUT;
	exec 'pgbench', '-n', '-c', $clients, '-j', 2, '-T', $seconds, '-l', '--log-prefix=latency', '-f', "$dir/stays.sql\@9", '-f', "$dir/goes.sql\@1",
	  $node->connstr('postgres');
	die "pgbench: $!";
}

# Meanwhile: two that train again, on another row each time, one that drops and creates.
my @trainer = map { Session->new($node) } 1 .. 2;
my $maker = Session->new($node);
my %done = (retrained => 0, recreated => 0);
my @errors;
my @say = map { '' } @trainer;
my $end = time + $seconds;

# Have a session do the next thing as soon as it is done with the last.
sub keep_busy
{
	my ($session, $count, $sql) = @_;
	my $state = $session->{busy} ? $session->outcome(0.005) : '00000';

	return unless defined $state;
	push @errors, "$session->{did}: $session->{buffer}" if $state ne '00000';
	$done{$count}++ if $session->{busy};
	$session->{busy} = 1;
	$session->{did} = $sql;
	$session->begin($sql);
}

while (time < $end)
{
	foreach my $n (0, 1)
	{
		my $m = 1 + 2 * int(rand 10) + $n;
		keep_busy($trainer[$n], 'retrained', "INSERT INTO grows SELECT s, max(i) + 1, 10 + random() FROM grows WHERE s = $m GROUP BY s; CALL rn_retrain('m$m', promote => 'always')");
	}
	my $g = 1 + int rand 10;
	keep_busy($maker, 'recreated', "SELECT rn_drop_model('g$g'); SELECT rn_train('gru', 'SELECT i, v + ' || random() || ' AS v FROM grows WHERE s = 9$g', $options, 'g$g'); INSERT INTO expected SELECT 'g$g', forecast('g$g')" =~ s/s = 910/s = 100/r);
	sleep 0.005;
}
waitpid $pgbench, 0;
my $status = $?;
$_->outcome, $_->close foreach @trainer, $maker;
my $out = slurp_file("$dir/pgbench.out");
is($status, 0, 'no client has failed') or diag($out);
unlike($out, qr/aborted|ERROR/, 'nor a statement') or diag($out);
is("@errors", '', 'nor one of those that train, drop and create');

# All versions of those that stayed, one by one.
$node->safe_psql('postgres', q{
	DO $$
	DECLARE v record;
	BEGIN
		FOR v IN SELECT model_id, version, name FROM recurnet.version JOIN recurnet.model USING (model_id) WHERE name LIKE 'm%' LOOP
			PERFORM rn_activate(v.model_id, v.version);
			INSERT INTO expected SELECT v.name, forecast(v.name);
		END LOOP;
	END $$});
my $seen = $node->safe_psql('postgres', 'SELECT count(*) FROM seen');
is($node->safe_psql('postgres', 'SELECT count(*) FROM seen s WHERE forecast IS NOT NULL AND NOT EXISTS (SELECT FROM expected e WHERE e.name = s.name AND e.forecast = s.forecast)'),
	'0', "each of $seen forecasts is that of one version");
cmp_ok($node->safe_psql('postgres', q{SELECT count(DISTINCT (name, forecast)) FROM seen WHERE name LIKE 'm%'}), '>', 90, 'of more than one for some');
my $gone = $node->safe_psql('postgres', 'SELECT count(*) FROM seen WHERE forecast IS NULL');
ok(whole($node), 'all is whole');
note("$clients clients, $seconds s: $seen forecasts, $gone of them refused as the model was dropped; $done{retrained} retrainings, $done{recreated} models dropped and created");

# Milliseconds of each kind of statement.
my %took;
foreach my $log (glob "$dir/latency.*")
{
	foreach my $line (split /\n/, slurp_file($log))
	{
		my @field = split ' ', $line;
		push @{ $took{ $field[3] == 0 ? 'forecast of a model that stays' : 'of one that comes and goes' } }, $field[2] / 1000;
	}
}
foreach my $kind (sort keys %took)
{
	my @ms = sort { $a <=> $b } @{ $took{$kind} };
	note(sprintf '%-32s n %6d  p50 %7.1f ms  p95 %7.1f ms  p99 %7.1f ms  most %7.1f ms', $kind, scalar @ms, map { $ms[$_ * $#ms] } 0.5, 0.95, 0.99, 1);
}

# ---- created and dropped ----

# Bytes of the catalog's tables, with indexes and what is stored beside; and dead rows.
sub sizes
{
	return split /\|/, $node->safe_psql('postgres', q{
		SELECT sum(pg_total_relation_size(c.oid)), sum((pgstattuple(c.oid)).dead_tuple_count + coalesce((SELECT (pgstattuple(nullif(c.reltoastrelid, 0))).dead_tuple_count), 0)),
			(SELECT count(*) FROM pg_class) FROM pg_class c WHERE relnamespace = 'recurnet'::regnamespace AND relkind = 'r'});
}

sub vacuum { $node->safe_psql('postgres', "VACUUM $_") foreach qw(recurnet.model recurnet.version recurnet.job pg_class pg_depend) }

sub create_and_drop
{
	$node->safe_psql('postgres', qq{
		SELECT rn_train('gru', 'SELECT i, v FROM grows WHERE s = 99', '{"recipe": "plain", "units": 30, "epochs": 1, "window": 5}') FROM generate_series(1, $models / 10)} . ' \;' . q{
		SELECT rn_drop_model(model_id) FROM rn_models WHERE name IS NULL}) foreach 1 .. 10;
}

# Pages that one vacuum empties are used again from the next on: the third time is as the second.
my ($full, $dead, @after);
foreach (1 .. 3)
{
	create_and_drop();
	($full, $dead) = sizes();
	vacuum();
	push @after, [ sizes() ];
}
is($after[2][1], 0, 'vacuum leaves no dead row');
cmp_ok($after[2][0], '<=', 1.05 * $after[1][0], "another $models models take the room of those before");
is($after[2][2], $after[0][2], 'and leave no relation');
note(sprintf '%d models created and dropped, three times: the last time %d kB and %d dead rows before vacuum, 0 after; after each vacuum %s kB', $models, $full / 1024, $dead, join ', ', map { int($_->[0] / 1024) } @after);
ok(still_trains($node), 'the next training succeeds');
stop_clean($node);
done_testing();
