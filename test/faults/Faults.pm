# Faults.pm: what the checks of this folder share
#
# A cluster with series to train on, sessions that can be left to themselves, and the
# one question that all of them ask in the end: is everything whole?
#
# ROUNDS says how often, QUICK that seldom will do, SEED what comes of chance; they are
# printed, so that a run can be done again.  LIMIT: seconds after which something hangs.

package Faults;

use strict;
use warnings;

use Exporter 'import';
use IO::Select;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = qw(rounds cluster trainings comes whole still_trains stop_clean);

# Longest that anything may take, in seconds: what takes longer hangs.
our $LIMIT = $ENV{LIMIT} || 60;

# How often, if quick and if not; from here on chance is that of SEED.
sub rounds
{
	my $rounds = $ENV{ROUNDS} || $_[ $ENV{QUICK} ? 0 : 1 ];
	my $seed = $ENV{SEED} || 7;

	srand($seed);
	note("ROUNDS=$rounds SEED=$seed");
	return $rounds;
}

# A cluster that has been started, with rows to train on; its segments of shared memory
# are files in its own directory, where what is left of them is seen.
sub cluster
{
	my ($name, $settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init;
	$node->append_conf('postgresql.conf', qq{
autovacuum = off
restart_after_crash = on
max_worker_processes = 16
dynamic_shared_memory_type = mmap
log_min_messages = warning
} . ($settings // ''));
	$node->start;
	$node->safe_psql('postgres', q{
		CREATE EXTENSION recurnet;
		CREATE TABLE t AS SELECT s, i, 10 + s % 7 + sin(i * 0.5 + s) + i * 0.01 AS v
			FROM generate_series(1, 400) s, generate_series(1, 48) i;
		CREATE VIEW slow AS SELECT t.* FROM t, (SELECT pg_sleep(0.1)) p});
	return $node;
}

# Arguments of rn_train: many series and several networks; one series and a tiny network.
sub trainings
{
	return (
		many => q{'auto', 'SELECT s, i, v FROM slow', '{"season": 12, "horizon": 6, "units": 8, "epochs": 4}', 'many', series => 's'},
		few => q{'gru', 'SELECT i, v FROM t WHERE s = 1', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', 'few'});
}

# Wait until a query gives what is expected, over a connection that may have to be waited for, too.
sub comes
{
	my ($node, $query, $expected, $limit) = @_;
	my $end = time + ($limit // $LIMIT);
	my ($out, $err);

	do
	{
		my $failed = $node->psql('postgres', $query, stdout => \$out, stderr => \$err, on_error_die => 0, on_error_stop => 0);
		return 1 if $failed == 0 && $out eq $expected;
		sleep 0.02;
	} while time < $end;
	diag("$query: not $expected but ", $out // '', $err // '');
	return 0;
}

# Everything that may not be, by name, as queries that must give 0.
my %never = (
	'jobs that do not end' => q{SELECT count(*) FROM rn_jobs WHERE state IN ('waiting', 'running')},
	'models without their version' => q{SELECT count(*) FROM recurnet.model m LEFT JOIN recurnet.version v ON v.model_id = m.model_id AND v.version = m.active_version WHERE v.version IS NULL},
	'versions without their model' => q{SELECT count(*) FROM recurnet.version v LEFT JOIN recurnet.model m USING (model_id) WHERE m.model_id IS NULL OR v.version > m.newest_version},
	'versions that are not what was stored' => q{SELECT count(*) FROM recurnet.version WHERE content_hash <> sha256(weights) OR octet_length(rn_model(weights)::bytea) <> octet_length(weights)},
	'jobs done without their version' => q{SELECT count(*) FROM recurnet.job j JOIN recurnet.model m USING (model_id) WHERE j.state = 'done' AND j.version > m.newest_version},
	'models that do not forecast' => q{SELECT count(*) FROM recurnet.model m WHERE (SELECT count(*) < 1 OR bool_or(forecast IS NULL OR abs(forecast) > 1e6 OR forecast <> forecast) FROM rn_forecast(m.model_id, 3))},
	'locks that are left' => q{SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'},
	'trainings without a process' => q{SELECT count(*) FROM rn_progress},
	'temporary files' => q{SELECT count(*) FROM pg_ls_tmpdir()},
	'files without a relation' => q{SELECT count(*) FROM pg_ls_dir(regexp_replace(pg_relation_filepath('pg_class'), '/[^/]*$', '')) f WHERE f ~ '^[0-9]+' AND NOT EXISTS (SELECT FROM pg_class WHERE relkind IN ('r', 'i', 't', 'm', 'S') AND pg_relation_filenode(oid) = substring(f from '^[0-9]+')::oid)});

# Is all of it whole, once all processes have ended, which they do soon?
sub whole
{
	my ($node) = @_;
	my @wrong;
	my $never = join ' UNION ALL ', map { "SELECT '$_', ($never{$_}) WHERE ($never{$_}) <> 0" } sort keys %never;

	push @wrong, 'processes that do not end'
	  unless comes($node, q{SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND (backend_type = 'parallel worker' OR backend_type LIKE 'recurnet%' OR application_name = 'victim')}, '0');
	my ($out, $err);
	$node->psql('postgres', $never, stdout => \$out, stderr => \$err);
	push @wrong, $out, $err if $out ne '' || $err ne '';
	diag("not whole: @wrong\n", $node->safe_psql('postgres', 'SELECT * FROM rn_jobs ORDER BY job_id DESC LIMIT 3')) if @wrong;
	return !@wrong;
}

# Does the next training succeed, in a session and in the background?
sub still_trains
{
	my ($node) = @_;
	my %training = trainings();
	my $here = $training{few} =~ s/'few'/NULL/r;
	my $job = $node->safe_psql('postgres', "SELECT rn_drop_model(rn_train($here)); SELECT rn_train_async($here)") =~ s/.*\n//sr;

	return comes($node, "SELECT state FROM rn_jobs WHERE job_id = $job", 'done')
	  && $node->safe_psql('postgres', "SELECT count(*) FROM rn_jobs j, rn_forecast(model_id, 3) WHERE job_id = $job; SELECT rn_drop_model(model_id) FROM rn_jobs WHERE job_id = $job") =~ /^3\b/;
}

# Stop the cluster, which leaves no shared memory.
sub stop_clean
{
	my ($node) = @_;
	my $key = (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[6];

	$node->stop;
	my @left = grep { !/^\.|mmap\.0$/ } slurp_dir($node->data_dir . '/pg_dynshmem');
	is("@left", '', 'no segment of shared memory is left');
	my $id = (split ' ', $key)[1];
	unlike(slurp_file('/proc/sysvipc/shm'), qr/^\s*\S+\s+$id\s/m, 'nor one of the System V kind');
}

# ---- sessions ----

# A psql that statements are left to; what comes of them is asked for later.
package Session;

use IO::Handle;
use Time::HiRes qw(sleep time);

sub new
{
	my ($class, $node, %with) = @_;
	my $self = bless { buffer => '', node => $node }, $class;
	my $name = $with{name} // 'victim';

	pipe(my $their_in, $self->{in}) and pipe($self->{out}, my $their_out) or die "pipe: $!";
	$self->{psql} = fork // die "fork: $!";
	if ($self->{psql} == 0)
	{
		open STDIN, '<&', $their_in;
		open STDOUT, '>&', $their_out;
		open STDERR, '>&', $their_out;
		close $self->{$_} foreach 'in', 'out';
		exec 'psql', '-X', '-A', '-t', '-q', '-d',
		  $node->connstr('postgres') . " application_name=$name" . ($with{user} ? " user=$with{user}" : '');
		die "psql: $!";
	}
	$self->{in}->autoflush(1);
	return $self;
}

# Begin statements, and do not wait.
sub begin
{
	my ($self, $sql) = @_;

	local $SIG{PIPE} = 'IGNORE';
	$self->{buffer} = '';
	print { $self->{in} } "$sql;\n\\echo over: :LAST_ERROR_SQLSTATE :SQLSTATE\n";
}

# What came of the last of them: its SQLSTATE, 'gone' if the session has ended, 'hangs' after
# the limit, undef if it is not over after so many seconds; and all that was printed.
sub outcome
{
	my ($self, $wait) = @_;
	my $end = time + ($wait // $Faults::LIMIT);
	my $select = IO::Select->new($self->{out});

	while (1)
	{
		return $1 if $self->{buffer} =~ /^over: \S+ (\S+)\n/m;
		my $left = $end - time;
		return defined $wait ? undef : 'hangs' if $left < 0;
		next unless $select->can_read($left);
		sysread($self->{out}, $self->{buffer}, 65536, length $self->{buffer}) or return 'gone';
	}
}

# What statements print; their errors, too.
sub ask
{
	my ($self, $sql) = @_;

	$self->begin($sql);
	$self->outcome;
	return $self->{buffer} =~ s/^over: .*\n//mr =~ s/\n\z//r;
}

sub backend
{
	my ($self) = @_;

	return $self->{backend} //= $self->ask('SELECT pg_backend_pid()');
}

# End the client; how is a signal, or nothing for a farewell.
sub close
{
	my ($self, $how) = @_;

	return unless $self->{psql};
	kill $how, $self->{psql} if $how;
	CORE::close $self->{in};
	CORE::close $self->{out};
	my $end = time + $Faults::LIMIT;
	while (waitpid($self->{psql}, 1) == 0)
	{
		kill 'KILL', $self->{psql} if time > $end;
		sleep 0.002;
	}
	delete $self->{psql};
}

sub DESTROY
{
	my ($self) = @_;
	local ($?, $!);

	$self->close('KILL');
}

1;
