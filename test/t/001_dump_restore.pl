
# 001_dump_restore.pl: models survive pg_dump, restored forecasts are the same
#
# Models of two owners are dumped, in several formats, as a whole and in part, by
# a superuser and by a role that may only read, and restored into another cluster.
# There they forecast bit for bit what they did before, their ids go on where they
# stopped, and who may not use a model still may not.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# Everything that a model says of itself, doubles as their bits.
my %question = (
	'forecasts by id' => q{
		SELECT step, ts, encode(float8send(forecast), 'hex'),
			encode(float8send(lower), 'hex'), encode(float8send(upper), 'hex')
		FROM rn_forecast(1, 30) ORDER BY step},
	'forecasts by name' => q{
		SELECT step, t, encode(float8send(forecast), 'hex'),
			encode(float8send(lower), 'hex'), encode(float8send(upper), 'hex')
		FROM rn_forecast('counts', 5, 0.5) ORDER BY step},
	'one-step predictions' => q{
		SELECT ts, encode(float8send(actual), 'hex'), encode(float8send(predicted), 'hex')
		FROM rn_predict(1, 'SELECT date, amount FROM electric') ORDER BY ts},
	'models as values' => q{
		SELECT half, md5(model::bytea), step, ts, encode(float8send(forecast), 'hex')
		FROM fitted, rn_forecast(model, 3) ORDER BY half, step},
	'many series, with covariates' => q{
		SELECT series, step, t, encode(float8send(forecast), 'hex'), encode(float8send(upper), 'hex')
		FROM rn_forecast('halves', 3, future =>
			'SELECT half, k, half AS side FROM generate_series(1, 90) k, generate_series(0, 1) half')
		ORDER BY series, step},
	'a view of rows and forecasts' => q{
		SELECT date, encode(float8send(amount), 'hex'), encode(float8send(lower), 'hex') FROM ahead ORDER BY date, is_forecast},
	'the series log' => q{
		SELECT * FROM rn_series_log ORDER BY model_id, series},
	'the list of models' => q{
		SELECT * FROM rn_models ORDER BY model_id},
	'the grants' => q{
		SELECT * FROM rn_grants ORDER BY model_id, role},
	'the training log' => q{
		SELECT model_id, version, epoch,
			encode(float8send(loss), 'hex'), encode(float8send(val_loss), 'hex')
		FROM rn_training_log ORDER BY model_id, version, epoch},
	'the summary' => q{
		SELECT * FROM rn_summary(1)},
	'the catalog' => q{
		SELECT md5(string_agg(v::text, ';' ORDER BY model_id, version)) FROM recurnet.version v},
	'the rights on the catalog' => q{
		SELECT oid::regclass, (SELECT array_agg(a ORDER BY a::text) FROM unnest(relacl) a) FROM pg_class
		WHERE relnamespace = 'recurnet'::regnamespace ORDER BY 1},);

sub answers
{
	my ($node, $database) = @_;
	my %answer;

	foreach my $what (keys %question)
	{
		$answer{$what} = $node->safe_psql($database, $question{$what});
	}
	return \%answer;
}

# A query as some role: its output, or what went wrong with its SQLSTATE.
sub as_role
{
	my ($node, $database, $role, $query) = @_;
	my ($stdout, $stderr);

	$node->psql($database, "SET ROLE $role; $query",
		stdout => \$stdout, stderr => \$stderr,
		extra_params => [ '-q', '-v', 'VERBOSITY=verbose' ]);
	return $stderr =~ /ERROR:\s+(\w{5}):/ ? "ERROR $1" : $stdout;
}

sub cluster
{
	my ($name) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
	$node->append_conf('postgresql.conf', "timezone = 'UTC'");
	$node->start;
	return $node;
}

# --- a database with models of two owners -----------------------------------

my $old = cluster('old');

$old->safe_psql(
	'postgres', q{
	CREATE ROLE ada;
	CREATE ROLE bob;
	CREATE ROLE carla IN ROLE ada;
	CREATE ROLE dora;
	CREATE DATABASE models});
$old->safe_psql(
	'models', q{
	CREATE EXTENSION recurnet;
	CREATE TABLE electric AS
		SELECT (date '1995-01-01' + i * interval '1 month')::date AS date,
			100 + i / 10.0 + 8 * sin(i * pi() / 6) + (i * 7919 % 13) / 5.0 AS amount
		FROM generate_series(0, 119) i;
	CREATE TABLE counts AS
		SELECT i AS k, 50 + 20 * cos(i / 5.0) AS amount FROM generate_series(1, 80) i;
	GRANT SELECT ON electric, counts TO ada, bob;
	GRANT CREATE ON SCHEMA public TO ada;});

my $training = q{'{"units": 4, "epochs": 3, "window": 12}'};
$old->safe_psql('models',
	"SET ROLE ada; SELECT rn_train('gru', 'SELECT date, amount FROM electric', $training)");
$old->safe_psql('models',
	"SET ROLE bob; SELECT rn_train('lstm', 'SELECT k, amount FROM counts', $training, 'counts')");

$old->safe_psql('models', qq{
	SELECT rn_train('gru', 'SELECT k / 2 AS k, k % 2 AS half, k % 2 AS side, amount FROM counts WHERE k NOT IN (20, 21)',
		$training\::jsonb || '{"missing": "mask"}', 'halves', series => 'half', covariates => 'side known');
	CREATE TABLE fitted AS
		SELECT k % 2 AS half, rn_fit(k / 2, amount, 'gru', $training) AS model FROM counts GROUP BY 1;});

$old->safe_psql('models', q{SET ROLE ada; SELECT rn_grant(1, 'dora', 'use'); SELECT rn_create_view(1, 'ahead')});

# Its id must not come back.
$old->safe_psql('models',
	"SELECT rn_drop_model(rn_train('rnn', 'SELECT k, amount FROM counts', $training))");

my $before = answers($old, 'models');
isnt($before->{'forecasts by id'}, '', 'the first model forecasts');
isnt($before->{'forecasts by name'}, '', 'the second model forecasts');

# --- a database of another encoding -----------------------------------------

my $accents = q{
	SET client_encoding = 'UTF8';
	SELECT series, step, encode(float8send(forecast), 'hex') FROM rn_forecast('accents', 2, for_series => '{"caf\u00e9": "cr\u00e8me"}');
	SELECT series, count(*) FROM kept, rn_forecast(model, 1) GROUP BY series ORDER BY 1};
$old->safe_psql('postgres', "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
$old->safe_psql(
	'latin', qq{
	CREATE EXTENSION recurnet;
	SET client_encoding = 'UTF8';
	SELECT rn_train('gru', 'SELECT CASE i % 2 WHEN 0 THEN U&''cr\\00e8me'' ELSE ''noir'' END AS U&"caf\\00e9", i / 2 AS t, i % 7 AS v
		FROM generate_series(0, 119) i', $training, 'accents', series => U&'caf\\00e9', "time" => 't');
	CREATE TABLE kept AS SELECT weights::rn_model AS model FROM recurnet.version;});
my $latin = $old->safe_psql('latin', $accents);
like($latin, qr/\{"caf\xc3\xa9": "cr\xc3\xa8me"\}\|1\|/, 'keys with accents');
# --- dumps ------------------------------------------------------------------

my $dir = PostgreSQL::Test::Utils::tempdir();

# One training is under way meanwhile, and in no dump.
my $busy = $old->background_psql('models', on_error_stop => 0);
$busy->query_until(qr/begun/, qq{\\echo begun
	SELECT rn_train('gru', 'SELECT date, amount FROM electric', '{"recipe": "plain", "epochs": 1000000}', 'unfinished');
});
my $training_backends = q{FROM pg_stat_activity WHERE query LIKE '%unfinished%' AND state = 'active' AND pid <> pg_backend_pid()};
$old->poll_query_until('models', "SELECT count(*) = 1 $training_backends") or die 'nothing trains';

my @dump = ('pg_dump', '--lock-wait-timeout=60s');
$old->command_ok([ @dump, '-Fp', '-f', "$dir/plain.sql", 'models' ], 'pg_dump, plain');
$old->command_ok([ @dump, '-Fc', '-f', "$dir/custom.dump", 'models' ], 'pg_dump, custom');
$old->command_ok([ @dump, '-Fd', '-j2', '-f', "$dir/jobs.dump", 'models' ], 'pg_dump, two jobs');
$old->command_ok([ @dump, '-Fp', '-n', 'public', '-e', 'recurnet', '-f', "$dir/part.sql", 'models' ],
	'pg_dump, a schema and the extension');
$old->command_ok([ @dump, '-Fc', '-f', "$dir/latin.dump", 'latin' ], 'pg_dump, Latin-1');
$old->command_ok([ 'pg_dumpall', '--roles-only', '-f', "$dir/roles.sql" ], 'pg_dumpall, roles');
unlike(slurp_file("$dir/plain.sql"), qr/CREATE TABLE recurnet\./,
	'the dump leaves making the catalog to the extension');

# Whoever may read all data may dump all of it.
$old->safe_psql('postgres', 'CREATE ROLE reader LOGIN IN ROLE pg_read_all_data');
$old->command_ok([ @dump, '-U', 'reader', '-Fp', '-f', "$dir/reader.sql", 'models' ], 'pg_dump, as a role that may only read');
my ($by_superuser, $by_reader) = map { slurp_file("$dir/$_.sql") =~ s/^\\(un)?restrict .*//gmr } ('plain', 'reader');
is($by_reader, $by_superuser, 'which is the same');

is($old->safe_psql('models', "SELECT count(*) $training_backends"), '1', 'dumps do not wait for a training');
$old->safe_psql('models', "SELECT pg_terminate_backend(pid) $training_backends");
eval { $busy->quit };
$old->stop;

# --- another cluster --------------------------------------------------------

my $new = cluster('new');

# The superuser, which is in the dump too, exists already: no ON_ERROR_STOP.
$new->run_log([ 'psql', '-X', '-q', '-f', "$dir/roles.sql", 'postgres' ]);
$new->safe_psql('postgres', "CREATE DATABASE $_") foreach ('plain', 'custom', 'jobs', 'part', 'reordered');
$new->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/plain.sql", 'plain' ],
	'restore, plain');
$new->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'custom', "$dir/custom.dump" ],
	'restore, custom');
$new->command_ok([ 'pg_restore', '--exit-on-error', '-j2', '-d', 'jobs', "$dir/jobs.dump" ], 'restore, two jobs');

# Every database has a schema public, and pg_dump makes one that is asked for.
my (undef, $errors) = run_command([ 'psql', '-X', '-q', '-f', "$dir/part.sql", '-d', $new->connstr('part') ]);
like($errors, qr/\A\S*: ERROR:  schema "public" already exists\Z/, 'restore, a schema and the extension');

# A parallel restore keeps no order between the catalog's tables: the version's
# rows before the model's, here in any case.
my ($toc) = run_command([ 'pg_restore', '-l', "$dir/custom.dump" ]);
my @entries = split /\n/, $toc;
my ($version) = grep { /TABLE DATA recurnet version / } @entries;
my $listed = join "\n", map { /TABLE DATA recurnet model / ? ($version, $_) : $_ eq $version ? () : $_ } @entries;
append_to_file("$dir/list", "$listed\n");
$new->command_ok([ 'pg_restore', '--exit-on-error', '-L', "$dir/list", '-d', 'reordered', "$dir/custom.dump" ],
	'restore, versions first');

foreach my $format ('plain', 'custom', 'jobs', 'part', 'reordered')
{
	my $after = answers($new, $format);

	foreach my $what (sort keys %question)
	{
		is($after->{$what}, $before->{$what}, "$format: $what, as before");
	}

	my $mine = 'SELECT count(*) FROM rn_forecast(1, 3)';
	is(as_role($new, $format, 'ada', $mine), '3', "$format: the owner may forecast");
	is(as_role($new, $format, 'carla', $mine), '3', "$format: a member of the owner may, too");
	is(as_role($new, $format, 'dora', $mine), '3', "$format: so may a role that was granted it");
	like(as_role($new, $format, 'bob', $mine), qr/^ERROR/, "$format: another role may not");
	is( as_role($new, $format, 'bob', 'SELECT model_id FROM rn_models'),
		'2', "$format: each sees their own models");
	is(as_role($new, $format, 'ada', 'SELECT rn_drop_model(1)'), 'ERROR 2BP01', "$format: a model whose view is there stays");
	is(as_role($new, $format, 'ada', 'SELECT * FROM recurnet.version'),
		'ERROR 42501', "$format: nobody reads the catalog itself");

	is( as_role($new, $format, 'ada',
			"SELECT rn_train('gru', 'SELECT date, amount FROM electric', $training)"),
		'5', "$format: ids go on where they stopped");
	(my $again = $question{'forecasts by id'}) =~ s/rn_forecast\(1,/rn_forecast(5,/;
	is($new->safe_psql($format, $again),
		$before->{'forecasts by id'}, "$format: and the same training gives the same network");
}

$new->safe_psql('postgres', 'CREATE DATABASE utf8');
$new->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'utf8', "$dir/latin.dump" ],
	'restore, Latin-1 to UTF-8');
is($new->safe_psql('utf8', $accents), $latin, 'keys in another encoding are the same words');

# --- where a role is missing ------------------------------------------------

# What was bob's is nobody's but the superusers'; everything else is as it was.
$new->safe_psql('postgres', $_) foreach ('ALTER ROLE bob RENAME TO robert', 'CREATE DATABASE bobless');
$new->run_log([ 'pg_restore', '-d', 'bobless', "$dir/custom.dump" ]);
foreach my $what ('forecasts by id', 'forecasts by name', 'one-step predictions', 'models as values', 'the catalog')
{
	is($new->safe_psql('bobless', $question{$what}), $before->{$what}, "without an owner: $what, as before");
}
is( as_role($new, 'bobless', 'ada', "SELECT rn_train('gru', 'SELECT i AS k, sin(i) AS amount FROM generate_series(1, 60) i', $training)"),
	'5', 'another owner may train');
foreach my $role ('ada', 'dora')
{
	is(as_role($new, 'bobless', $role, 'SELECT count(*) FROM rn_forecast(1, 3)'), '3', "and $role may forecast");
}
$new->safe_psql('postgres', 'CREATE ROLE bob');
foreach my $role ('bob', 'robert')
{
	is(as_role($new, 'bobless', $role, 'SELECT count(*) FROM rn_models'), '0', "the model is not ${role}'s");
}

$new->stop;
done_testing();
