
# 007_concurrency.pl: forecasts and changes of models in many sessions at once
#
# What test/specs cannot place between two looks at the catalog, many repetitions
# meet: a forecast is always that of one version, and sessions that change one
# model meet neither deadlocks nor errors that are not documented.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('concurrency');
$node->init;
$node->append_conf('postgresql.conf', "deadlock_timeout = 100ms\nclient_min_messages = error");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION recurnet;
	CREATE TABLE counts AS SELECT i AS k, 50 + 20 * cos(i / 5.0) AS amount FROM generate_series(1, 40) i;
	CREATE TABLE enough ();
	CREATE TABLE known (seed int, forecast float8[]);
	CREATE TABLE happened (what text, sqlstate text, message text);

	CREATE FUNCTION train(model text, seed int) RETURNS bigint LANGUAGE sql BEGIN ATOMIC
		SELECT rn_train('rnn', 'SELECT k, amount FROM counts',
			jsonb_build_object('recipe', 'plain', 'units', 1, 'epochs', 1, 'window', 5, 'seed', seed), model);
	END;
	CREATE FUNCTION forecast(model text) RETURNS float8[] LANGUAGE sql BEGIN ATOMIC
		SELECT array_agg(forecast ORDER BY step) FROM rn_forecast(model, 3);
	END;

	-- New versions until told that it is enough, of which only the active one stays.
	CREATE PROCEDURE renew() LANGUAGE plpgsql AS $$
	BEGIN
		FOR i IN 1..1000000 LOOP
			PERFORM train('m', i % 3), rn_prune('m', 0);
			COMMIT;
			EXIT WHEN EXISTS (SELECT FROM enough);
		END LOOP;
	END $$;

	CREATE PROCEDURE forecast_all_the_time() LANGUAGE plpgsql AS $$
	DECLARE made float8[];
	BEGIN
		FOR i IN 1..600 LOOP
			BEGIN
				made := forecast('m');
				INSERT INTO happened SELECT 'forecast', coalesce(min(seed)::text, 'of no version'), made FROM known WHERE forecast = made;
			EXCEPTION WHEN OTHERS THEN
				INSERT INTO happened VALUES ('forecast', SQLSTATE, SQLERRM);
			END;
			COMMIT;
		END LOOP;
	END $$;

	-- Anything, to one of two models.
	CREATE PROCEDURE meddle(times int) LANGUAGE plpgsql AS $$
	DECLARE
		doing text[] := ARRAY['train(%L, 1)', 'rn_activate(%L, 1)', 'rn_rollback(%L)', 'rn_prune(%L, 1)', 'rn_rename(%L, ''c'')',
			'rn_drop_model(%L)', 'forecast(%L)', 'rn_summary(%L)'];
		what text;
	BEGIN
		FOR i IN 1..times LOOP
			what := doing[1 + floor(random() * cardinality(doing))];
			BEGIN
				EXECUTE format('SELECT ' || what, (ARRAY['a', 'b', 'c'])[1 + floor(random() * 3)]);
				INSERT INTO happened VALUES (what, 'done');
			EXCEPTION WHEN OTHERS THEN
				INSERT INTO happened VALUES (what, SQLSTATE, SQLERRM);
			END;
			COMMIT;
		END LOOP;
	END $$;
});
$node->safe_psql('postgres', "SELECT train('m', $_); INSERT INTO known SELECT $_, forecast('m')") foreach (0 .. 2);

# Run a statement in a session of its own, at the same time as others.
sub start
{
	my ($sql) = @_;
	my $session = $node->background_psql('postgres');

	$session->query_until(qr/begun/, "\\echo begun\n$sql;\n");
	return $session;
}

sub happened { return $node->safe_psql('postgres', "SELECT $_[0] FROM happened $_[1]") }

# --- forecasts while versions come and go -----------------------------------

my $renewing = start('CALL renew()');
$node->safe_psql('postgres', 'SET recurnet.model_cache_size = 0; CALL forecast_all_the_time()');
$node->safe_psql('postgres', 'INSERT INTO enough DEFAULT VALUES');
$renewing->quit;

is(happened('DISTINCT sqlstate, message', q{WHERE sqlstate NOT IN ('0', '1', '2')}), '', 'every forecast is that of a version');
is(happened('count(DISTINCT sqlstate)', ''), '3', 'and all versions were met');

# --- everything at once -----------------------------------------------------

$node->safe_psql('postgres', 'TRUNCATE happened');
my @meddling = map { start('CALL meddle(100)') } (1 .. 4);
my $errors;
$node->psql('postgres', join("\n", map { "CALL rn_retrain('$_');" } ('a', 'b', 'c') x 20),
	stderr => \$errors, on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=sqlstate' ]);
$_->quit foreach @meddling;
is(happened('count(*)', ''), '400', 'nobody was stopped');
is( happened('DISTINCT what, sqlstate, message', q{WHERE sqlstate NOT IN ('done', '42704', '42710')}),
	'', 'errors are that a model or a version is not there, or a name is taken');
is(join("\n", grep { !/ERROR:  42704$/ } split /\n/, $errors), '', 'those of rn_retrain, too');
is($node->safe_psql('postgres', q{SELECT count(*) FROM rn_jobs WHERE state IN ('waiting', 'running')}),
	'0', 'whose outcomes are all known');
is(happened(q{count(DISTINCT what) FILTER (WHERE sqlstate = 'done')}, ''), '8', 'everything was done sometime');
is( $node->safe_psql('postgres', q{
		SELECT count(*) FROM recurnet.model m FULL JOIN recurnet.version v USING (model_id)
		WHERE m.model_id IS NULL
			OR NOT EXISTS (SELECT FROM recurnet.version a WHERE a.model_id = m.model_id AND a.version = m.active_version)}),
	'0', 'no version without its model, and no model without its active version');

$node->stop;
done_testing();
