
# 002_parallel.pl: parallel workers change nothing but the time
#
# Trainings and backtests with none, one and two parallel workers give the same
# bytes, and workers are really there; what goes wrong in one of them, or is
# cancelled, ends all of them and leaves nothing behind.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('parallel');
$node->init;
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION recurnet;
	CREATE TABLE sales AS
		SELECT id, now()::date + t AS day,
			CASE WHEN (id * t) % 17 > 0 THEN 50 + id + 10 * sin(t / 3.0) + (t * 7919 * id % 13) * 0.3 END AS amount,
			t % 5 AS price
		FROM generate_series(1, 90) t, generate_series(1, 20) id;
	CREATE TABLE hours AS
		SELECT '2024-03-01'::timestamptz + t * interval '1 hour' AS at, t % 24 + sin(t) AS load
		FROM generate_series(1, 900) t;
	CREATE TABLE waves AS
		SELECT i, 100 + 10 * sin(i / 3.0) + i * 0.01 + 5 * sin(i * i * 0.37) AS v FROM generate_series(0, 149) i});

# What psql prints of statements with so many workers, and its messages.
sub with_workers
{
	my ($workers, $sql) = @_;
	my ($out, $messages);

	$node->psql('postgres',
		"SET client_min_messages = debug1; SET max_parallel_maintenance_workers = $workers; $sql",
		stdout => \$out, stderr => \$messages);
	return ($out, $messages);
}

my %work = (
	'a training' => q{
		SELECT rn_train('auto', 'SELECT id, day, amount FROM sales',
			'{"horizon": 7, "season": 7, "missing": "interpolate"}', series => 'id');
		SELECT md5(weights), losses, metrics FROM recurnet.version ORDER BY model_id DESC LIMIT 1},
	'a warm training' => q{
		SELECT rn_train('auto', 'SELECT id, day, amount FROM sales',
			'{"horizon": 7, "season": 7, "missing": "locf", "epochs": 3}', 'warm', series => 'id');
		CALL rn_retrain('warm');
		SELECT md5(weights), losses, metrics FROM recurnet.version ORDER BY model_id DESC, version DESC LIMIT 1;
		SELECT rn_drop_model('warm')},
	'a training of dilated layers that add their inputs, and a warm one' => q{
		SELECT rn_train('lstm', 'SELECT id, day, amount FROM sales',
			'{"horizon": 7, "season": 7, "missing": "locf", "epochs": 2, "units": [6, 6], "dilations": [1, 5], "residual": true}', 'stack', series => 'id');
		CALL rn_retrain('stack', promote => 'always');
		SELECT md5(weights), losses, metrics FROM recurnet.version ORDER BY model_id DESC, version DESC LIMIT 2;
		SELECT rn_drop_model('stack')},
	'a training whose levels learn' => q{
		SELECT rn_train('auto', 'SELECT id, day, amount FROM sales',
			'{"horizon": 7, "season": 7, "missing": "locf", "epochs": 3, "smoothing": "learnt"}', 'levels', series => 'id');
		CALL rn_retrain('levels');
		SELECT md5(weights), losses, metrics FROM recurnet.version ORDER BY model_id DESC, version DESC LIMIT 1;
		SELECT rn_drop_model('levels')},
	'a backtest whose folds do not divide evenly' => q{
		SELECT md5(string_agg(b::text, ';')) FROM rn_backtest('auto', 'SELECT id, day, amount FROM sales',
			'{"horizon": 7, "season": 7, "missing": "interpolate", "epochs": 3}', series => 'id', folds => 7) b},
	'a tuning' => q{
		SELECT md5(string_agg(t::text, ';' ORDER BY rank)) FROM rn_tune('SELECT id, day, amount FROM sales WHERE id < 5',
			'{"cell": ["gru", "lstm"], "units": [8, [8, 4]], "recipe": ["auto", "plain"]}',
			options => '{"horizon": 7, "season": 7, "missing": "interpolate", "epochs": 2}', series => 'id') t},
	'a backtest with gaps, covariates and holidays' => q{
		SELECT md5(string_agg(b::text, ';')) FROM rn_backtest('gru', 'SELECT id, day, amount, price FROM sales',
			'{"horizon": 7, "window": 14, "missing": "mask", "epochs": 2, "calendar_features": ["month", "holiday"],
			  "holidays": "SELECT day FROM sales WHERE price = 0"}',
			series => 'id', covariates => 'price known') b},
	'a backtest that tells hours by a zone' => q{
		SET TimeZone = 'Europe/Berlin';
		SELECT md5(string_agg(b::text, ';')) FROM rn_backtest('rnn', 'SELECT at, load FROM hours',
			'{"horizon": 24, "window": 24, "epochs": 1, "calendar_features": ["hour"], "time_zone": "Europe/Berlin"}') b},
);

foreach my $what (sort keys %work)
{
	my ($alone, $silence) = with_workers(0, $work{$what});
	like($alone, qr/[0-9a-f]{32}/, "$what: something comes of it");
	unlike($silence, qr/parallel workers/, "$what: no workers where there may be none");
	foreach my $workers (1, 2)
	{
		my ($together, $messages) = with_workers($workers, $work{$what});
		$_ =~ s/^\d+$//mg for ($alone, $together);    # numbers of models
		is($together, $alone, "$what: the same with $workers workers");
		like($messages, qr/recurnet works with $workers of $workers parallel workers/, "$what: with $workers workers");
	}
}

# With a process for each network, held-out rows wait for those that are tried out.
my $few = q{
	SELECT rn_train('auto', 'SELECT id, day, price FROM sales', '{"ensemble": 2, "horizon": 7, "season": 7, "epochs": 4}', 'few', series => 'id');
	SELECT md5(weights), losses, metrics FROM recurnet.version ORDER BY model_id DESC LIMIT 1;
	SELECT rn_drop_model('few')};
my ($alone) = with_workers(0, $few);
my ($together, $told) = with_workers(3, $few);
$_ =~ s/^\d+$//mg for ($alone, $together);    # numbers of models
like($alone, qr/[0-9a-f]{32}/, 'two networks: something comes of it');
is($together, $alone, 'two networks: the same with 3 workers');
like($told, qr/recurnet works with 3 of 3 parallel workers/, 'two networks: with 3 workers');

# Little memory, no workers.
my $train = q{SELECT 'trained ' || rn_train('auto', 'SELECT id, day, price FROM sales', '{"season": 7, "horizon": 7}', series => 'id')};
my ($out, $messages) = with_workers(2, "SET recurnet.max_memory = '4MB'; $train");
like($out, qr/trained/, 'a training in little memory');
unlike($messages, qr/parallel workers/, 'has no workers');

my $diverging = '"optimizer": "sgd", "learning_rate": 1e38, "clipnorm": 1e30, "season": 7';

# Errors: of a worker, and of whoever waits for them.
my $models = $node->safe_psql('postgres', 'SELECT count(*) FROM rn_models');
my $workers_left = q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker'};
foreach my $case (
	[ qq{SELECT rn_train('auto', 'SELECT id, day, price FROM sales', '{$diverging}', series => 'id')},
		qr/ERROR:  training diverged/ ],
	[ qq{SELECT count(*) FROM rn_backtest('auto', 'SELECT id, day, price FROM sales', '{$diverging}', series => 'id')},
		qr/ERROR:  training diverged/ ],
	[ q{SET statement_timeout = '400ms'; SELECT rn_train('auto', 'SELECT id, day, price FROM sales', '{"epochs": 10000}', series => 'id')},
		qr/ERROR:  canceling statement due to statement timeout/ ],
	[ q{SET statement_timeout = '400ms'; SELECT rn_train('auto', 'SELECT id, day, price FROM sales', '{"tune": true, "epochs": 10000}', series => 'id')},
		qr/ERROR:  canceling statement due to statement timeout/, 1 ],    # two networks are tried out
	[ q{SET statement_timeout = '400ms'; SELECT count(*) FROM rn_backtest('auto', 'SELECT id, day, price FROM sales', '{"epochs": 10000}', series => 'id')},
		qr/ERROR:  canceling statement due to statement timeout/ ])
{
	my ($sql, $error, $workers) = (@$case, 2);
	my (undef, $said) = with_workers(2, $sql);

	like($said, qr/recurnet works with $workers of $workers parallel workers/, 'workers set about it');
	like($said, $error, 'the error is told');
	$node->poll_query_until('postgres', $workers_left, '0') or fail('workers have ended');
}

# Of several networks that diverge the first counts: not the first to be heard of, which may have done so in another epoch.
foreach my $seed (4, 6)
{
	my @said = map {
		(with_workers($_, qq{SELECT rn_train('rnn', 'TABLE waves',
			'{"optimizer": "sgd", "epochs": 12, "activation": "relu", "clipnorm": 1e30, "horizon": 7, "season": 7, "ensemble": 4, "units": 4, "window": 7, "learning_rate": 1.5, "seed": $seed}')}))[1]
	} (0 .. 3);
	my @words = map { /(training diverged in .*)/ ? $1 : "none: $_" } @said;

	like($words[0], qr/training diverged in epoch/, "seed $seed: it diverges");
	is($words[$_], $words[0], "seed $seed: the same words with $_ workers") foreach (1 .. 3);
}

is($node->safe_psql('postgres', 'SELECT count(*) FROM rn_models'), $models, 'nothing is left of what failed');
is( $node->safe_psql('postgres', qq{
	SET max_parallel_maintenance_workers = 2;
	DO \$\$
	BEGIN
		PERFORM rn_train('auto', 'SELECT id, day, price FROM sales', '{$diverging}', series => 'id');
	EXCEPTION WHEN OTHERS THEN
		PERFORM rn_train('auto', 'SELECT id, day, price FROM sales', '{"season": 7, "epochs": 2}', 'after', series => 'id');
	END \$\$;
	SELECT count(*) FROM rn_models WHERE name = 'after'}),
	'1', 'a transaction that catches the error goes on');

$node->stop;
done_testing();
