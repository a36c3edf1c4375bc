
# 006_replication.pl: models on a standby, and on a subscriber
#
# A streaming standby forecasts, backtests and finds anomalies, bit for bit what
# its primary does, refuses what would write, and trains once it is promoted.  A
# subscriber of the catalog's tables forecasts the same with models as they
# come, change and go.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# Sums of rows are compared as text, in which a float8 has all of its bits.
my %question = (
	'rn_forecast' => q{SELECT * FROM rn_forecast('monthly', 30)},
	'rn_forecast, by id' => q{SELECT * FROM rn_forecast(2, 5, 0.5)},
	'rn_forecast, of values' => q{SELECT half, f.* FROM fitted, rn_forecast(model, 3) f},
	'rn_forecast, with covariates' => q{SELECT * FROM rn_forecast('halves', 3, future =>
		'SELECT half, k, half AS side FROM generate_series(1, 90) k, generate_series(0, 1) half')},
	'rn_forecast, with adaptive intervals' => q{SELECT * FROM rn_forecast('counts', 5, history => 'source')},
	'rn_forecast_as' => q{SELECT * FROM rn_forecast_as(NULL::date, 'monthly', 5)},
	'rn_predict' => q{SELECT * FROM rn_predict('counts', 'SELECT k, amount FROM counts')},
	'rn_predict, over a window' => q{SELECT k, rn_predict('counts', k, amount) OVER (ORDER BY k) FROM counts},
	'rn_anomalies' => q{SELECT * FROM rn_anomalies('counts', 'SELECT k, amount FROM counts', 0.5)},
	'rn_plot' => q{SELECT md5(rn_plot('monthly', 12)), md5(rn_plot_training('monthly'))},
	'rn_explain' => q{SELECT * FROM rn_explain('monthly', 3)},
	'rn_summary' => q{SELECT * FROM rn_summary('monthly')},
	'rn_backtest_model' => q{SELECT * FROM rn_backtest_model('counts', folds => 2)},
	'rn_backtest' => q{SELECT * FROM rn_backtest('gru', 'SELECT date, amount FROM electric', '{"units": 2, "epochs": 2}', folds => 2)},
	'rn_tune' => q{SELECT * FROM rn_tune('SELECT k, amount FROM counts', '{"units": [2, 3]}',
		options => '{"recipe": "plain", "epochs": 1, "window": 5}', folds => 2)},
	'rn_fit' => q{SELECT md5(rn_fit(date, amount, 'gru', '{"units": 2, "epochs": 2}')::bytea) FROM electric},
	'rn_jobs' => q{SELECT * FROM rn_jobs ORDER BY job_id},
	'the views' => q{SELECT ARRAY[(SELECT string_agg(m::text, ';') FROM rn_models m), (SELECT string_agg(v::text, ';') FROM rn_versions v),
		(SELECT string_agg(l::text, ';') FROM rn_training_log l), (SELECT string_agg(s::text, ';') FROM rn_series_log s)]});

sub answers
{
	my ($node, @what) = @_;
	return { map { $_ => $node->safe_psql('models', $question{$_}) } @what };
}

# Models are their owners', and usable by whom they were granted to.
sub check_roles
{
	my ($node) = @_;
	my $name = $node->name;

	is($node->safe_psql('models', "SET ROLE $_; SELECT string_agg(name, ' ') FROM rn_models JOIN rn_forecast('hers', 1) ON true"),
		'hers', "$_ on the $name") foreach ('ada', 'bob');
}

my $training = q{'{"units": 3, "epochs": 2, "window": 6}'};
my $train = qq{SELECT rn_train('gru', 'SELECT k, amount FROM counts', $training, 'more')};

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 'logical', extra => [ '--locale=C', '--encoding=UTF8' ]);
$primary->append_conf('postgresql.conf', "timezone = 'UTC'");
$primary->start;
$primary->safe_psql('postgres', $_) foreach ('CREATE ROLE ada', 'CREATE ROLE bob', 'CREATE DATABASE models');
$primary->backup('backup');

my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'backup', has_streaming => 1);
$standby->start;

$primary->safe_psql('models', qq{
	SET client_min_messages = error;
	CREATE EXTENSION recurnet;
	CREATE TABLE electric AS
		SELECT (date '1995-01-01' + i * interval '1 month')::date AS date,
			100 + i / 10.0 + 8 * sin(i * pi() / 6) + (i * 7919 % 13) / 5.0 AS amount
		FROM generate_series(0, 59) i;
	CREATE TABLE counts AS
		SELECT i AS k, 50 + 20 * cos(i / 5.0) AS amount FROM generate_series(1, 80) i;
	SELECT rn_train('gru', 'SELECT date, amount FROM electric', '{"units": 2, "ensemble": 2, "epochs": 3}', 'monthly');
	SELECT rn_train('lstm', 'SELECT k, amount FROM counts', $training, 'counts');
	CALL rn_retrain('counts', promote => 'always');
	SELECT rn_train('gru', 'SELECT k / 2 AS k, k % 2 AS half, k % 2 AS side, amount FROM counts WHERE k NOT IN (20, 21)',
		$training\::jsonb || '{"missing": "mask"}', 'halves', series => 'half', covariates => 'side known');
	CREATE TABLE fitted AS
		SELECT k % 2 AS half, rn_fit(k / 2, amount, 'gru', $training) AS model FROM counts GROUP BY 1;
	SET ROLE ada;
	SELECT rn_train('rnn', 'SELECT i AS k, sin(i) AS amount FROM generate_series(1, 50) i', $training, 'hers');
	SELECT rn_grant('hers', 'bob', 'use');
	RESET ROLE;
	INSERT INTO counts SELECT i, 50 + 20 * cos(i / 5.0) + i % 4 FROM generate_series(81, 95) i});

# --- a standby --------------------------------------------------------------

my @questions = sort keys %question;
my $here = answers($primary, @questions);
isnt($here->{$_}, '', "$_: something comes of it") foreach @questions;
$primary->wait_for_catchup($standby);
my $there = answers($standby, @questions);
is($there->{$_}, $here->{$_}, "$_: on a standby, too") foreach @questions;

# Refused before anything is read or trained: the query would fail.
my $catalog = q{SELECT md5(string_agg(m::text, ';')) FROM recurnet.model m
	UNION ALL SELECT md5(string_agg(v::text, ';')) FROM recurnet.version v
	UNION ALL SELECT last_value::text FROM recurnet.model_id_seq};
my $before = $standby->safe_psql('models', $catalog);
foreach my $write (
	q{SELECT rn_train('gru', 'SELECT 1 / 0 AS k, 1.0 AS amount')},
	q{CALL rn_retrain('counts')},
	q{CALL rn_retrain('counts', only_if => 'new_rows')},
	q{SELECT rn_train_async('gru', 'SELECT 1 / 0 AS k, 1.0 AS amount')},
	q{SELECT rn_retrain_async('counts')},
	q{SELECT rn_cancel(1)},
	q{SELECT rn_prune_jobs('0')},
	q{SELECT rn_import(rn_export('counts', 'json'), 'more')},
	q{SELECT rn_import(rn_export('counts', 'json'), 'more', 'SELECT 1 / 0 AS k, 1.0 AS amount')},
	q{SELECT rn_activate('counts', 1)},
	q{SELECT rn_rollback('counts')},
	q{SELECT rn_rename('counts', 'other')},
	q{SELECT rn_prune('counts', 0)},
	q{SELECT rn_drop_model('counts')},
	q{SELECT rn_grant('counts', 'ada', 'use')},
	q{SELECT rn_revoke('hers', 'bob', 'use')},
	q{SELECT rn_set_owner('hers', 'bob')})
{
	my (undef, undef, $error) = $standby->psql('models', $write, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	like($error, qr/^\S+ ERROR:  25006: cannot execute (rn_\w+\(\)|CALL.*) (in a read-only transaction|during recovery)/, "$write: refused");
}
is($standby->safe_psql('models', $catalog), $before, 'and nothing has changed');

check_roles($standby);

# A model that is changed on the primary is another one here, too.
$primary->safe_psql('models', q{SELECT rn_rollback('counts'); SELECT rn_rename('halves', 'sides')});
$primary->wait_for_catchup($standby);
my $rolled_back = $primary->safe_psql('models', $question{'rn_forecast, by id'});
isnt($rolled_back, $here->{'rn_forecast, by id'}, 'another version forecasts otherwise');
is($standby->safe_psql('models', $question{'rn_forecast, by id'}), $rolled_back, 'on a standby, too');
$primary->safe_psql('models', q{SELECT rn_activate('counts', 2); SELECT rn_rename('sides', 'halves')});

# --- a subscriber -----------------------------------------------------------

my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
$subscriber->append_conf('postgresql.conf', "timezone = 'UTC'");
$subscriber->start;
$subscriber->safe_psql('postgres', $_) foreach ('CREATE ROLE ada', 'CREATE ROLE bob', 'CREATE DATABASE models');

$primary->safe_psql('models', 'CREATE PUBLICATION everything FOR ALL TABLES');
$subscriber->safe_psql('models', q{
	CREATE EXTENSION recurnet;
	CREATE TABLE electric (date date, amount float8);
	CREATE TABLE counts (k int, amount float8);
	CREATE TABLE fitted (half int, model rn_model)});
my $connection = $primary->connstr . ' dbname=models';
$subscriber->safe_psql('models', "CREATE SUBSCRIPTION models CONNECTION '$connection' PUBLICATION everything");
$subscriber->wait_for_subscription_sync($primary, 'models', 'models');

$here = answers($primary, @questions);
$there = answers($subscriber, @questions);
is($there->{$_}, $here->{$_}, "$_: of a subscriber, too") foreach @questions;

check_roles($subscriber);

# Models that come, change and go.
$primary->safe_psql('models', qq{
	SET client_min_messages = error;
	$train;
	SELECT rn_rollback('counts');
	SELECT rn_drop_model('halves')});
$primary->wait_for_catchup('models');
foreach my $query (q{SELECT * FROM rn_forecast('more', 5)}, $question{'rn_forecast, by id'}, $question{'the views'})
{
	is($subscriber->safe_psql('models', $query), $primary->safe_psql('models', $query), 'a change arrives');
}

# Sequences do not travel: a subscriber that is to train itself puts its on.
$subscriber->safe_psql('models', q{
	DROP SUBSCRIPTION models;
	SELECT setval('recurnet.model_id_seq', max(model_id)) FROM recurnet.model});
my $more = $primary->safe_psql('models', q{SELECT model_id FROM rn_models WHERE name = 'more'});
is($subscriber->safe_psql('models', $train =~ s/'more'/'own'/r), $more + 1, 'a subscriber trains, too');
$subscriber->stop;

# --- promotion --------------------------------------------------------------

# A job that runs when the primary is lost runs on the standby, too, until that is
# promoted: then it has failed.
my $lock = $primary->background_psql('models');
$lock->query_safe('BEGIN; LOCK TABLE electric');
my $job = $primary->background_psql('models', on_error_stop => 0);
$job->query_until(qr/begun/, "\\echo begun\nCALL rn_retrain('monthly');\n");
my $state = q{SELECT state FROM rn_jobs WHERE model = 'monthly'};
$primary->poll_query_until('models', $state, 'running') or die 'no job';
$primary->wait_for_catchup($standby);
is($standby->safe_psql('models', $state), 'running', 'a job of the primary runs');
$primary->stop('immediate');
eval { $_->quit } foreach ($job, $lock);
$standby->promote;
is($standby->safe_psql('models', $state), 'failed', 'and has failed when there is no primary any more');

is($standby->safe_psql('models', q{SET client_min_messages = error; CALL rn_retrain('counts', promote => 'always'); SELECT version FROM rn_models WHERE name = 'counts'}),
	'3', 'a model trains again on a promoted standby');
is($standby->safe_psql('models', $train =~ s/'more'/'own'/r =~ s/SELECT/SELECT $more </r), 't', 'and a new one has a new id');
$standby->stop;

done_testing();
