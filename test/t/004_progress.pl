# 004_progress.pl: trainings are seen from other sessions, while they last
#
# A training that other sessions hold up where they like is seen in each phase,
# one that learns for long with rising epochs.  Other roles see the process and no
# more.  What failed, was cancelled or is over is not seen; another command's own
# progress is left alone.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('progress');
$node->init;
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION recurnet;
	CREATE ROLE other LOGIN;
	CREATE ROLE watcher LOGIN IN ROLE pg_read_all_stats;
	CREATE DATABASE elsewhere;
	CREATE TABLE s AS SELECT i AS t, 5 + sin(i * 0.3) + i % 7 AS v FROM generate_series(1, 400) i;
	CREATE FUNCTION gate() RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN true; END';
	SELECT rn_train('gru', 'SELECT t, v FROM s WHERE t > 1 OR gate()', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', 'gated')});
$node->safe_psql('elsewhere', 'CREATE EXTENSION recurnet');
my $count = 'SELECT count(*) FROM rn_progress';

# Statements in a session of their own, begun; and what its messages are in the end.
sub begin
{
	my ($sql, @options) = @_;
	my %session = (in => '', out => '', err => '');

	$session{run} = IPC::Run::start [ 'psql', '-XAtq', '-d', $node->connstr('postgres'), @options ],
		'<', \$session{in}, '>', \$session{out}, '2>', \$session{err};
	say_to(\%session, $sql);
	return \%session;
}

sub say_to
{
	my ($session, $sql) = @_;

	$session->{in} .= "$sql;\n";
	$session->{run}->pump_nb while length $session->{in};
	return;
}

sub finish
{
	my ($session) = @_;

	$session->{run}->finish;
	return $session->{err};
}

# One who keeps a lock until told otherwise.
sub hold
{
	my ($sql) = @_;
	my $holder = begin("BEGIN; $sql; \\echo held");

	$holder->{run}->pump until $holder->{out} =~ /held/;
	return $holder;
}

sub seen
{
	my ($what, $query, $expected) = @_;

	ok($node->poll_query_until('postgres', $query, $expected // 't'), $what);
	return;
}

sub cancel
{
	my ($session) = @_;

	$node->safe_psql('postgres', 'SELECT pg_cancel_backend(pid) FROM rn_progress');
	like(finish($session), qr/canceling statement due to user request/, 'it is cancelled');
	return;
}

# From phase to phase.
my $gate = hold('SELECT pg_advisory_xact_lock(1)');
my $row = hold(q{SELECT rn_rename('gated', 'renamed')});
my $training = begin(q{CALL rn_retrain('1')});
seen('reading', q{SELECT phase = 'reading' AND command = 'retrain' AND model_id = 1 AND model = 'gated'
	AND job_id = (SELECT job_id FROM rn_jobs) AND role = current_user AND epoch IS NULL AND loss IS NULL AND estimated_end IS NULL FROM rn_progress});
is($node->safe_psql('elsewhere', $count), '0', 'in its own database only');
is($node->safe_psql('postgres', $count, extra_params => [ '-U', 'other' ]), '1', 'another role sees that there is one');
is( $node->safe_psql('postgres', 'SELECT num_nonnulls(VARIADIC ARRAY(SELECT value FROM json_each_text(to_json(p)))), pid FROM rn_progress p',
		extra_params => [ '-U', 'other' ]),
	$node->safe_psql('postgres', q{SELECT 1, pid FROM pg_stat_activity WHERE query LIKE 'CALL%'}), 'and its process, nothing else');
is( $node->safe_psql('postgres', 'SELECT phase, model_id, model IS NULL FROM rn_progress', extra_params => [ '-U', 'watcher' ]),
	'reading|1|t', 'who may read all statistics sees numbers, not names of models that are not for it');
say_to($gate, 'COMMIT');
seen('storing', q{SELECT phase = 'storing' AND rows = 400 AND epoch = 1 AND epochs = 1 AND batch = batches AND batches > 1
	AND member = 1 AND members = 1 AND fold IS NULL AND loss > 0 AND best_loss = loss AND val_loss IS NULL
	AND estimated_end > started_at AND elapsed > '0' FROM rn_progress});
say_to($row, 'ROLLBACK');
unlike(finish($training), qr/ERROR/, 'it ends well');
is($node->safe_psql('postgres', $count), '0', 'and is not seen any more');
finish($_) for $gate, $row;

# Epochs rise; the rest of the session's transaction is not a training.
$training = begin(q{SELECT rn_train('gru', 'SELECT t, v FROM s', '{"recipe": "plain", "epochs": 1000000, "validation_split": 0.2}')});
seen('training', q{SELECT phase = 'training' AND command = 'train' AND model_id IS NULL AND epoch > 1 AND epochs = 1000000
	AND job_id IS NULL AND batch <= batches AND loss > 0 AND val_loss > 0 AND best_loss <= val_loss AND estimated_end > now() FROM rn_progress});
my $epoch = $node->safe_psql('postgres', 'SELECT epoch FROM rn_progress');
seen('epochs rise', "SELECT epoch > $epoch FROM rn_progress");
cancel($training);
is($node->safe_psql('postgres', $count), '0', 'what is cancelled is not seen');

# In the background, too.
my $job = $node->safe_psql('postgres', q{SELECT rn_train_async('gru', 'SELECT t, v FROM s', '{"recipe": "plain", "epochs": 1000000}')});
seen('a job', "SELECT phase = 'training' AND command = 'train' AND role = current_user AND epoch > 1 FROM rn_progress WHERE job_id = $job");
$node->safe_psql('postgres', "SELECT rn_cancel($job)");
seen('until it is cancelled', $count, '0');

# Networks, folds and trials, by one process and by several.
foreach my $workers (0, 2)
{
	my $settings = "SET max_parallel_maintenance_workers = $workers";

	$training = begin(qq{$settings; SELECT rn_train('auto', 'SELECT t, v FROM s', '{"epochs": 40, "ensemble": 32}')});
	seen("networks begin, with $workers workers",
		"SELECT phase = 'training' AND member > 1 + $workers AND members = 34 AND epochs = 40 FROM rn_progress");
	my $member = $node->safe_psql('postgres', 'SELECT member FROM rn_progress');
	seen('one after the other', "SELECT member > $member FROM rn_progress");
	cancel($training);

	$training = begin(qq{$settings; SELECT * FROM rn_backtest('auto', 'SELECT t, v FROM s', '{"epochs": 8}', folds => 12, horizon => 5)});
	seen('folds begin', 'SELECT fold > 1 AND folds = 12 AND command = \'backtest\' FROM rn_progress');
	cancel($training);
}
$training = begin(q{SELECT * FROM rn_tune('SELECT t, v FROM s', '{"units": [1, 2, 3, 4, 5]}', options => '{"epochs": 6}', folds => 2)});
seen('so do those of trials', 'SELECT fold > 8 AND folds = 12 AND command = \'tune\' FROM rn_progress');
cancel($training);
$node->poll_query_until('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker'}, '0');

# A transaction that catches an error goes on without a training.
$gate = hold('SELECT pg_advisory_xact_lock(1)');
my $waits = q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'advisory'};
$training = begin(q{DO $$
	BEGIN
		PERFORM rn_train('gru', 'SELECT t, v FROM s', '{"recipe": "plain", "optimizer": "sgd", "learning_rate": 1e38}');
	EXCEPTION WHEN numeric_value_out_of_range OR invalid_text_representation OR data_exception THEN
		PERFORM gate();
	END $$});
seen('it waits after the error', $waits);
is($node->safe_psql('postgres', $count), '0', 'what failed is not seen');
say_to($gate, 'COMMIT');
is(finish($training), '', 'and the error was caught');
finish($gate);

# Another command's numbers are left alone, in reading and in training.
my $copying = q{SELECT command, type, bytes_processed, bytes_total, tuples_processed, tuples_excluded FROM pg_stat_progress_copy};
$gate = hold('SELECT pg_advisory_xact_lock(1)');
$training = begin(q{COPY (SELECT rn_train('gru', 'SELECT t, v FROM s WHERE t > 1 OR gate()', '{"recipe": "plain", "epochs": 1000000}'))
	TO STDOUT});
seen('COPY waits for its query', $waits);
is($node->safe_psql('postgres', $copying), 'COPY TO|PIPE|0|0|0|0', 'and its progress is its own');
is($node->safe_psql('postgres', $count), '0', 'the training within is not seen');
say_to($gate, 'COMMIT');
finish($gate);
seen('COPY trains', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE 'COPY%' AND wait_event IS NULL});
is($node->safe_psql('postgres', $copying), 'COPY TO|PIPE|0|0|0|0', 'and its progress still is');
$node->safe_psql('postgres', 'SELECT pg_cancel_backend(pid) FROM pg_stat_progress_copy');
like(finish($training), qr/canceling statement due to user request/, 'it is cancelled');

# track_activities off: nothing is told.
$gate = hold('SELECT pg_advisory_xact_lock(1)');
$training = begin(q{SET track_activities = off; CALL rn_retrain('gated')});
seen('a session that tells nothing waits', q{SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted});
is($node->safe_psql('postgres', $count), '0', 'and nothing is seen');
say_to($gate, 'COMMIT');
unlike(finish($training), qr/ERROR/, 'it ends well');
finish($gate);

$node->stop;
done_testing();
