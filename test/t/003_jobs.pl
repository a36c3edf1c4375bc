
# 003_jobs.pl: jobs beside sessions, restarts and crashes
#
# A training that takes long keeps vacuum from nothing; background jobs begin when
# their transaction has committed, no more run than may, and what a dead process or a
# dead server leaves is failed, not running for ever.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('jobs');
$node->init;
$node->append_conf('postgresql.conf', q{
autovacuum = off
restart_after_crash = on
});
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION recurnet;
	CREATE TABLE t AS SELECT i, sin(i) + i * 0.01 AS v FROM generate_series(1, 2000) i;
	CREATE TABLE emptied AS SELECT i FROM generate_series(1, 1000) i;
	CREATE ROLE ann LOGIN; GRANT SELECT ON t TO ann;
	CREATE ROLE eve LOGIN;
	SELECT rn_train('gru', 'SELECT i, v FROM t', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', 'm')});

# What takes longer than any test, and what takes no time.
my $long = q{'gru', 'SELECT i, v FROM t', '{"recipe": "plain", "units": 64, "epochs": 10000, "window": 5, "validation_split": 0}'};
my $short = q{'gru', 'SELECT i, v FROM t', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}'};

sub sql { return $node->safe_psql('postgres', $_[0]) }

# Wait until a query gives what is expected.
sub comes
{
	my ($query, $expected, $what) = @_;
	ok($node->poll_query_until('postgres', $query, $expected), $what)
	  or diag(sql('SELECT * FROM recurnet.job'));
}

# Is a job in that state?
sub state_comes
{
	my ($job, $state, $what) = @_;
	comes("SELECT state || coalesce(': ' || error, '') FROM rn_jobs WHERE job_id = $job", $state, $what);
}

# Jobs that run, cancelled all.
sub cancel_all
{
	sql(q{SELECT rn_cancel(job_id) FROM rn_jobs WHERE state IN ('waiting', 'running') ORDER BY state, job_id DESC});
	comes(q{SELECT count(*) FROM rn_jobs WHERE state IN ('waiting', 'running')}, '0', 'no job is left');
}

sub cancel_all_of
{
	sql("SELECT rn_cancel($_)") foreach @_;
}

# A psql that stays open.
sub session
{
	my %session = (in => '', out => '');
	$session{run} = IPC::Run::start(
		[ 'psql', '-X', '-A', '-t', '-q', '-d', $node->connstr('postgres') ],
		'<', \$session{in}, '>', \$session{out}, '2>', \$session{err},
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	return \%session;
}

# Have it say something, and wait until it has.
sub say_to
{
	my ($session, $statements) = @_;
	$session->{out} = '';
	$session->{in} .= "$statements\n\\echo said\n";
	$session->{run}->pump until $session->{out} =~ /said\n/;
	return $session->{out} =~ s/said\n//r;
}

# ---- vacuum goes on ----

# A process trains and holds nothing: rows that are deleted now go at once.
sub vacuums
{
	my ($pid, $what) = @_;
	comes("SELECT count(*) FROM pg_stat_activity WHERE pid = $pid AND state = 'active' AND backend_xmin IS NULL AND backend_xid IS NULL",
		'1', "$what: holds no snapshot");
	sql('INSERT INTO emptied SELECT i FROM generate_series(1, 1000) i; DELETE FROM emptied');
	my $said = '';
	foreach (1 .. 20)    # it may be reading still
	{
		(undef, undef, $said) = $node->psql('postgres', 'VACUUM VERBOSE emptied');
		last if $said =~ / 0 are dead but not yet removable/;
		sleep 1;
	}
	like($said, qr/tuples: \d+ removed, 0 remain, 0 are dead but not yet removable/, "$what: dead rows go");
	is(sql("SELECT state FROM rn_jobs WHERE pid = $pid"), 'running', "$what: and it runs on");
}

my $job = sql("SELECT rn_train_async($long, 'long')");
state_comes($job, 'running', 'a job begins');
vacuums(sql("SELECT pid FROM rn_jobs WHERE job_id = $job"), 'in the background');
comes("SELECT phase FROM rn_jobs WHERE job_id = $job", 'training', 'what it is at');
is(sql("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'recurnet job' AND usename = 'postgres' AND query = 'recurnet job $job: train long'"),
	'1', 'pg_stat_activity says what it does');
is(sql("SELECT rn_cancel($job)"), 't', 'it can be cancelled');
state_comes($job, 'cancelled: canceling statement due to user request', 'and is');
is(sql("SELECT rn_cancel($job)"), 'f', 'once');
is(sql("SELECT phase IS NULL FROM rn_jobs WHERE job_id = $job"), 't', 'it is at nothing then');

sql(q{UPDATE recurnet.version SET request = jsonb_set(jsonb_set(request, '{options,epochs}', '10000'), '{options,units}', '64')});
my $caller = session();
my $pid = say_to($caller, 'SELECT pg_backend_pid();') + 0;
$caller->{in} .= "CALL rn_retrain('m', 'cold');\n\\echo over\n";
$caller->{run}->pump_nb;
comes("SELECT state FROM rn_jobs WHERE pid = $pid", 'running', 'a retraining begins');
vacuums($pid, 'in a session');

# ---- of an ensemble, too ----

my $ensemble = q{'auto', 'SELECT i, v FROM t', '{"units": 64, "epochs": 10000, "season": 24, "horizon": 12}'};
$job = sql("SET max_parallel_maintenance_workers = 2; SELECT rn_train_async($ensemble)");
comes("SELECT count(*) FROM pg_stat_activity a JOIN rn_jobs j ON a.leader_pid = j.pid WHERE job_id = $job AND backend_xmin IS NULL AND a.pid <> j.pid",
	'2', 'parallel workers hold no snapshot either');
vacuums(sql("SELECT pid FROM rn_jobs WHERE job_id = $job"), 'with workers');
is(sql("SELECT rn_cancel($job)"), 't', 'they can be cancelled');
state_comes($job, 'cancelled: canceling statement due to user request', 'and are');
comes(q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker'}, '0', 'all of them');

# ---- one retraining of a model at a time ----

my $second = sql("SELECT rn_retrain_async('m')");
comes("SELECT count(*) FROM pg_locks l JOIN rn_jobs j USING (pid) WHERE j.job_id = $second AND NOT granted AND objsubid = 4", '1', 'a second one waits');
is(sql("SELECT count(*) FROM pg_stat_activity JOIN rn_jobs USING (pid) WHERE job_id = $second AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)"),
	'0', 'without a snapshot');
is(sql("SELECT rn_cancel(job_id) FROM rn_jobs WHERE pid = $pid"), 't', 'the one in the session can be cancelled');
$caller->{run}->pump until $caller->{out} =~ /over\n/;
like($caller->{err}, qr/canceling statement due to user request/, 'which its caller learns');
state_comes($second, 'done', 'the second one goes on');

# ---- those who wait keep no place ----

my @same = split /\n/, sql("SELECT rn_retrain_async('m', 'cold') FROM generate_series(1, 2)");
state_comes($same[0], 'running', 'one of two of the same model runs');
$job = sql("SELECT rn_train_async($short, 'short')");
state_comes($job, 'done', 'the other leaves its place to another model');
state_comes($same[1], 'waiting', 'and waits');
sql("SELECT rn_cancel($same[0])");
state_comes($same[1], 'running', 'until the first has ended');
sql("SELECT rn_cancel($same[1])");
state_comes($same[1], 'cancelled: canceling statement due to user request', 'which it does, too');
like(slurp_file($node->logfile), qr/LOG:  recurnet job $same[1] was cancelled: canceling/, 'as the server log says');

# ---- what cannot be logged ----

$caller->{in} .= "SET lock_timeout = '500ms';\nCALL rn_retrain('m', 'cold');\n\\echo over\n";
$caller->{out} = '';
$caller->{run}->pump_nb;
comes("SELECT phase FROM rn_jobs WHERE pid = $pid", 'training', 'a retraining');
$job = sql("SELECT job_id FROM rn_jobs WHERE pid = $pid");
my $keeper = session();
say_to($keeper, 'BEGIN; LOCK TABLE recurnet.job IN SHARE MODE;');
sql("SELECT pg_cancel_backend($pid)");
$caller->{run}->pump until $caller->{out} =~ /over\n/;
like($caller->{err}, qr/WARNING:  the outcome of job $job could not be logged: canceling statement due to lock timeout/, 'whose outcome cannot be logged');
$keeper->{in} .= "COMMIT;\n\\q\n";
$keeper->{run}->finish;
state_comes($job, 'failed: the server process ended', 'it is taken for lost');
say_to($caller, 'RESET lock_timeout;');

# ---- who cancels once more ----

# Cancel a process while what came of the first cancel waits to be noted.
sub cancel_again
{
	my ($pid) = @_;
	my $keeper = session();
	say_to($keeper, 'BEGIN; LOCK TABLE recurnet.job IN SHARE MODE;');
	foreach (1 .. 3)
	{
		sql("SELECT pg_cancel_backend($pid)");
		comes("SELECT count(*) FROM pg_locks WHERE pid = $pid AND NOT granted AND relation = 'recurnet.job'::regclass", '1', 'its end waits to be noted');
	}
	$keeper->{in} .= "COMMIT;\n\\q\n";
	$keeper->{run}->finish;
}

$job = sql("SELECT rn_train_async($long, 'long')");
comes("SELECT phase FROM rn_jobs WHERE job_id = $job", 'training', 'a job');
cancel_again(sql("SELECT pid FROM rn_jobs WHERE job_id = $job"));
state_comes($job, 'cancelled: canceling statement due to user request', 'that is cancelled again and again');
$caller->{in} .= "CALL rn_retrain('m', 'cold');\n\\echo over\n";
$caller->{out} = '';
$caller->{run}->pump_nb;
comes("SELECT phase FROM rn_jobs WHERE pid = $pid", 'training', 'a retraining in a session');
$job = sql("SELECT job_id FROM rn_jobs WHERE pid = $pid");
cancel_again($pid);
$caller->{run}->pump until $caller->{out} =~ /over\n/;
state_comes($job, 'cancelled: canceling statement due to user request', 'that is, too');

# ---- settings of others ----

# A model of which each retraining is a short one.
sql(q{SET ROLE ann; SELECT rn_train('gru', 'SELECT i, v FROM t', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5}', 'other')});
my $other = session();

# Have a retraining stored while another transaction has the model's row.
sub store_late
{
	my ($start, $pid_of, $what) = @_;
	say_to($caller, q{BEGIN; SELECT rn_activate('other', 1);});
	$start->();
	comes("SELECT count(*) FROM pg_locks WHERE pid = ($pid_of) AND locktype = 'transactionid' AND NOT granted", '1', "$what: has trained, and waits");
	sleep 1;    # longer than any limit
	say_to($caller, 'COMMIT;');
	comes(q{SELECT state || coalesce(': ' || error, '') FROM rn_jobs ORDER BY job_id DESC LIMIT 1}, 'done', "$what: is stored");
}

my $other_pid = say_to($other, 'SELECT pg_backend_pid();') + 0;
foreach my $level ('repeatable read', 'serializable')
{
	store_late(
		sub {
			$other->{in} .= "SET default_transaction_isolation = '$level';\nCALL rn_retrain('other', 'cold', 'always');\n";
			$other->{run}->pump_nb;
		}, $other_pid, $level);
}
say_to($other, q{DO $$ BEGIN CALL rn_retrain('other', promote => 'always'); RAISE NOTICE 'then %', current_setting('transaction_isolation'); END $$;});
like($other->{err}, qr/then serializable/, 'the caller goes on in its own level');
my %limit = (
	lock_timeout => '300ms', statement_timeout => '300ms', idle_in_transaction_session_timeout => '300ms',
	default_transaction_isolation => 'repeatable read', default_transaction_deferrable => 'on');
$limit{transaction_timeout} = '300ms' if sql('SHOW server_version_num') >= 170000;
sql("ALTER ROLE ann SET $_ = '$limit{$_}'") foreach sort keys %limit;
sql(q{ALTER DATABASE postgres SET lock_timeout = '300ms'; ALTER DATABASE postgres SET default_transaction_read_only = on});
store_late(
	sub { say_to($other, q{SET ROLE ann; SELECT rn_retrain_async('other', 'cold', 'always');}) },
	q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'recurnet job'}, 'a worker minds no limits');
sql('SET default_transaction_read_only = off; ALTER ROLE ann RESET ALL; ALTER DATABASE postgres RESET ALL');
$other->{in} .= "\\q\n";
$other->{run}->finish;

# ---- other roles by settings ----

# A job and its model are of the role that asked, whom a session would be then.
sub is_of_ann
{
	my ($setting, $name) = @_;
	sql($setting);
	$job = say_to($caller, "SET SESSION AUTHORIZATION ann; SELECT rn_train_async($short, '$name'); RESET SESSION AUTHORIZATION;") + 0;
	is(say_to($caller, 'SHOW is_superuser;'), "on\n", 'who asks on is the superuser');
	my $state;
	foreach (1 .. 600)    # in a session that began before
	{
		last if ($state = say_to($caller, "SELECT state FROM rn_jobs WHERE job_id = $job;")) !~ /waiting|running/;
		select undef, undef, undef, 0.1;
	}
	is($state, "done\n", "$setting: a job is done");
	is(say_to($caller, "SELECT role || ' ' || owner FROM rn_jobs, rn_models WHERE job_id = $job AND name = '$name';"), "ann ann\n", 'as the one who asked');
}

sql('GRANT eve TO ann; GRANT SELECT ON t TO eve');
is_of_ann('ALTER ROLE ann SET role = eve', 'of ann');
is_of_ann('ALTER ROLE ann RESET role; ALTER DATABASE postgres SET role = eve', 'of ann, too');
say_to($caller, 'ALTER DATABASE postgres RESET role;');
is_of_ann('ALTER DATABASE postgres SET session_authorization = eve', 'of ann, yet');
say_to($caller, 'ALTER DATABASE postgres RESET session_authorization; REVOKE eve FROM ann; REVOKE SELECT ON t FROM eve;');

# ---- no more than may ----

my @jobs = split /\n/, sql("SELECT rn_train_async($long, 'long') FROM generate_series(1, 4)");
comes(q{SELECT string_agg(state, ' ' ORDER BY job_id) FROM (SELECT * FROM rn_jobs ORDER BY job_id DESC LIMIT 4) j}, 'running running waiting waiting', 'two of four run');
is(sql("SELECT rn_cancel($jobs[2])"), 't', 'one that waits is cancelled');
state_comes($jobs[2], 'cancelled', 'at once');
sql("SELECT rn_cancel($jobs[0])");
state_comes($jobs[3], 'running', 'the place of one that was cancelled is taken');
my $fifth = sql("SELECT rn_train_async($short, 'short')");
sleep 1;
state_comes($fifth, 'waiting', 'another waits');
sql("SELECT pg_terminate_backend(pid) FROM rn_jobs WHERE job_id = $jobs[1]");
state_comes($jobs[1], 'failed: the server process ended', 'one that was killed');
state_comes($fifth, 'done', 'leaves its place, too');
cancel_all();
$node->append_conf('postgresql.conf', 'recurnet.max_workers = 1');
$node->reload;
sql("SELECT rn_train_async($long, 'long') FROM generate_series(1, 2)");
comes(q{SELECT string_agg(state, ' ' ORDER BY job_id) FROM (SELECT * FROM rn_jobs ORDER BY job_id DESC LIMIT 2) j}, 'running waiting', 'one of two runs');

# ---- roles share the places ----

# One role has both places and more jobs that wait; the next free place is another's.
cancel_all();
$node->append_conf('postgresql.conf', 'recurnet.max_workers = 2');
$node->reload;
@jobs = split /\n/, sql("SELECT rn_train_async($long, 'long') FROM generate_series(1, 4)");
comes(q{SELECT count(*) FROM rn_jobs WHERE state = 'running'}, '2', 'one role has all places');
my @anns = split /\n/, sql("SET ROLE ann; SELECT rn_train_async($long, 'anns') FROM generate_series(1, 2)");
sql("SELECT rn_cancel($jobs[0])");
state_comes($anns[0], 'running', 'the next one is that of another, though it came last');
sql("SELECT rn_cancel($jobs[1])");
state_comes($jobs[2], 'running', 'then it is the turn of the first again');
is(sql(q{SELECT string_agg(state, ' ' ORDER BY job_id) FROM rn_jobs WHERE job_id IN } . "($jobs[3], $anns[1])"), 'waiting waiting', 'the others wait');
cancel_all();
$node->append_conf('postgresql.conf', 'recurnet.max_workers_per_role = 1');
$node->reload;
@jobs = split /\n/, sql("SELECT rn_train_async($long, 'long') FROM generate_series(1, 2)");
state_comes($jobs[0], 'running', 'where a role may have one place');
$job = sql("SET ROLE ann; SELECT rn_train_async($short, 'anns')");
state_comes($job, 'done', 'the other is free for others');
is(sql("SELECT state FROM rn_jobs WHERE job_id = $jobs[1]"), 'waiting', 'and it waits for its own');
sql("SELECT rn_cancel($jobs[0])");
state_comes($jobs[1], 'running', 'to end');
cancel_all();
$node->append_conf('postgresql.conf', "recurnet.max_workers = 1\nrecurnet.max_workers_per_role = 0");
$node->reload;
sql("SELECT rn_train_async($long, 'long') FROM generate_series(1, 2)");
comes(q{SELECT string_agg(state, ' ' ORDER BY job_id) FROM (SELECT * FROM rn_jobs ORDER BY job_id DESC LIMIT 2) j}, 'running waiting', 'one of two runs, as before');

# ---- an old snapshot ----

my $states = q{SELECT string_agg(state, ' ' ORDER BY job_id) FROM (SELECT * FROM rn_jobs ORDER BY job_id DESC LIMIT 2) j;};
is(say_to($caller, "BEGIN ISOLATION LEVEL REPEATABLE READ; $states"), "running waiting\n", 'a transaction that sees them so');
cancel_all();
is(say_to($caller, $states), "running waiting\n", 'goes on to, and takes none for failed');
say_to($caller, 'COMMIT;');
$node->append_conf('postgresql.conf', 'recurnet.max_workers = 2');
$node->reload;

# ---- the caller's transaction ----

say_to($caller, 'BEGIN;');
$job = say_to($caller, "SELECT rn_train_async($short, 'later');") + 0;
is(sql(q{SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'recurnet%'}), '0', 'no worker waits for the transaction');
is(sql("SELECT count(*) FROM rn_jobs WHERE job_id = $job"), '0', 'of whose job nobody knows');
say_to($caller, 'COMMIT;');
state_comes($job, 'done', 'it begins with the commit');
say_to($caller, 'BEGIN;');
$job = say_to($caller, "SELECT rn_train_async($short, 'never');") + 0;
say_to($caller, 'ROLLBACK;');
comes(q{SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'recurnet%'}, '0', 'no worker outlives what was rolled back');
is(sql("SELECT count(*) FROM rn_jobs WHERE job_id = $job"), '0', 'nor does the job');
is(sql(q{SELECT count(*) FROM rn_models WHERE name = 'never'}), '0', 'or a model');
say_to($caller, "BEGIN; SAVEPOINT a; SELECT rn_train_async($short, 'never'); ROLLBACK TO a;");
$job = say_to($caller, "SELECT rn_train_async($short, 'second thought');") + 0;
say_to($caller, 'COMMIT;');
state_comes($job, 'done', 'a part of a transaction was rolled back');
my (undef, undef, $refused) = $node->psql('postgres', "BEGIN; SELECT rn_train_async($short, 'never'); PREPARE TRANSACTION 'never'");
like($refused, qr/ERROR:  cannot PREPARE a transaction that has asked for background jobs/, 'a transaction with jobs cannot be prepared');

# ---- what happens to a model meanwhile ----

# A retraining that reads until the session lets it.
sub begin_reading
{
	say_to($caller, 'SELECT pg_advisory_lock(7);');
	$job = sql("SELECT rn_retrain_async('m')");
	comes("SELECT wait_event FROM pg_stat_activity JOIN rn_jobs USING (pid) WHERE job_id = $job", 'advisory', 'a retraining reads');
}

sql(q{
	CREATE VIEW gate AS SELECT i, v FROM t, (SELECT pg_advisory_xact_lock_shared(7)) g;
	UPDATE recurnet.version SET query = 'SELECT i, v FROM gate'});
begin_reading();
sql(q{SELECT rn_rename('m', 'n')});
my $model = sql(q{SELECT model_id FROM rn_models WHERE name = 'n'});
say_to($caller, 'SELECT pg_advisory_unlock(7);');
state_comes($job, 'done', 'a model that was given another name');
is(sql("SELECT j.model_id || ' ' || (j.version = m.version) FROM rn_jobs j, rn_models m WHERE job_id = $job AND name = 'n'"), "$model true", 'is the same');
sql(q{SELECT rn_rename('n', 'm')});
begin_reading();
sql(q{SELECT rn_drop_model('m')});
say_to($caller, 'SELECT pg_advisory_unlock(7);');
state_comes($job, "failed: model $model was dropped while it was trained again", 'one that was dropped');

# ---- who is active by then ----

# Eight rows, of which none can be spared for a comparison: what is not worse is promoted.
sql(q{
	SELECT rn_train('gru', 'SELECT i, v FROM gate WHERE i <= 8', '{"recipe": "plain", "units": 2, "epochs": 1, "window": 5, "horizon": 3}', 'few');
	CALL rn_retrain('few')});
$other = session();

# What comes of a retraining during which something else is done.
sub meanwhile
{
	my ($call, $statement) = @_;
	my $pid = say_to($other, 'SELECT pg_backend_pid();') + 0;
	say_to($caller, 'SELECT pg_advisory_lock(7);');
	$other->{err} = '';
	$other->{in} .= "$call\n\\echo over\n";
	$other->{run}->pump_nb;
	comes("SELECT wait_event FROM pg_stat_activity WHERE pid = $pid", 'advisory', "$call reads");
	say_to($caller, "$statement SELECT pg_advisory_unlock(7);");
	$other->{run}->pump until $other->{out} =~ /over\n/;
	return sql(q{SELECT concat_ws(' ', state, j.version, promoted, error, v.version) FROM rn_jobs j JOIN rn_versions v ON active AND name = j.model ORDER BY job_id DESC LIMIT 1});
}

is(meanwhile(q{CALL rn_retrain('few');}, ''), 'done 3 t 3', 'the one it was compared with: it follows');
is(meanwhile(q{CALL rn_retrain('few');}, q{SELECT rn_rollback('few');}), 'done 4 f 2', 'a rollback meanwhile stands');
like($other->{err}, qr/NOTICE:  version 4 of model \d+ is stored but not promoted: version 2 became active while it was trained\nDETAIL:  It was judged beside version 3.*HINT:  rn_activate/s, 'which a notice says');
is(meanwhile(q{CALL rn_retrain('few', promote => 'always');}, q{SELECT rn_activate('few', 1);}), 'done 5 t 5', 'always is always');
$other->{in} .= "\\q\n";
$other->{run}->finish;

# ---- roles ----

say_to($caller, 'SET ROLE ann; BEGIN;');
$job = say_to($caller, "SELECT rn_train_async($short, 'anns');") + 0;
sql('ALTER ROLE ann NOLOGIN');
my $next = sql("SELECT rn_train_async($short, 'next')");
say_to($caller, 'COMMIT;');
state_comes($job, 'failed: its background worker could not start', 'a role that may not log in any more');
state_comes($next, 'done', 'keeps nobody else from it');
sql('ALTER ROLE ann LOGIN');
$job = say_to($caller, "SELECT rn_train_async($long, 'anns');") + 0;
state_comes($job, 'running', 'a job of ann');
is(sql("SELECT usename FROM pg_stat_activity JOIN rn_jobs USING (pid) WHERE job_id = $job"), 'ann', 'runs as ann');
my (undef, undef, $error) = $node->psql('postgres', "SET ROLE eve; SELECT rn_cancel($job)");
like($error, qr/job $job does not exist, or is not yours to cancel/, 'others do not cancel it');
is(sql("SET ROLE eve; SELECT count(*) FROM rn_jobs"), '0', 'nor see it');
sql('GRANT pg_signal_backend TO eve');
is(sql("SET ROLE eve; SELECT rn_cancel($job)"), 't', 'unless they may signal backends');
state_comes($job, 'cancelled: canceling statement due to user request', 'and so it ends');

# Another role takes the name while a job waits; and one is dropped.
@jobs = split /\n/, sql("SELECT rn_train_async($long, 'long') FROM generate_series(1, 2)");
comes(q{SELECT count(*) FROM rn_jobs WHERE state = 'running'}, '2', 'all places are taken');
sql('CREATE ROLE dan LOGIN; GRANT SELECT ON t TO dan');
my $anns = sql("SET ROLE ann; SELECT rn_train_async($short, 'anns')");
my $dans = sql("SET ROLE dan; SELECT rn_train_async($short, 'dans')");
sql('ALTER ROLE ann RENAME TO bea; ALTER ROLE eve RENAME TO ann; DROP OWNED BY dan; DROP ROLE dan; CREATE ROLE dan LOGIN; GRANT SELECT ON t TO dan');
cancel_all_of(@jobs);
state_comes($anns, 'done', 'a role with another name');
is(sql(q{SELECT owner FROM rn_models WHERE name = 'anns'}), 'bea', 'has it done, and not who has its name');
state_comes($dans, 'failed: its background worker could not start', 'a role that was made anew does not');
sql('ALTER ROLE ann RENAME TO eve; ALTER ROLE bea RENAME TO ann');

# ---- a long log ----

# Queue and end of a job, by a server that has counted them.
sub log_reads
{
	state_comes(sql("SELECT rn_train_async($short, 'long log')"), 'done', $_[0]);
	comes(q{SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'recurnet%'}, '0', "$_[0]: and all processes have ended");
	return sql(q{SELECT seq_scan FROM pg_stat_user_tables WHERE relid = 'recurnet.job'::regclass});
}

sql(q{
	INSERT INTO recurnet.job (kind, background, role, role_oid, state, server) SELECT 'train', true, 'ann', 'ann'::regrole, 'done', 'old' FROM generate_series(1, 20000);
	ANALYZE recurnet.job});
my $reads = log_reads('a job beside many rows');
is(log_reads('another'), $reads, 'nobody reads the whole log');
sql(q{DELETE FROM recurnet.job WHERE server = 'old'; VACUUM ANALYZE recurnet.job});

# ---- restarts and crashes ----

sub begin_three
{
	@jobs = split /\n/, sql("SET ROLE ann; SELECT rn_train_async($long, 'long') FROM generate_series(1, 3)");
	comes(q{SELECT string_agg(state, ' ' ORDER BY job_id) FROM (SELECT * FROM rn_jobs ORDER BY job_id DESC LIMIT 3) j}, 'running running waiting', 'two run, one waits');
}

sub all_failed
{
	my ($what) = @_;
	is(sql("SELECT string_agg(state || ': ' || error, ', ' ORDER BY job_id) FROM rn_jobs WHERE job_id IN ($jobs[0], $jobs[1], $jobs[2])"),
		'failed: the server process ended, failed: the server process ended, failed: the server was restarted before it began', "$what: all of it is failed");
	$job = sql("SELECT rn_train_async($short, 'after')");
	state_comes($job, 'done', "$what: the next job is done");
	is(sql("SELECT state FROM recurnet.job WHERE job_id = $jobs[2]"), 'waiting', "$what: and those of before stay where they were");
	is(sql("SELECT rn_cancel($jobs[0]) OR rn_cancel($jobs[2])"), 'f', "$what: with nothing to cancel");
}

$caller->{in} .= "\\q\n";
$caller->{run}->finish;
begin_three();
$node->restart;
all_failed('after a restart');

begin_three();
$pid = sql("SELECT pid FROM rn_jobs WHERE job_id = $jobs[0]");
sql('ALTER ROLE ann NOLOGIN');
my $before = length slurp_file($node->logfile);
kill 'KILL', $pid;
comes("SELECT count(*) FROM pg_stat_activity WHERE pid = $pid", '0', 'the server comes back after a crash');
all_failed('after a crash');
unlike(substr(slurp_file($node->logfile), $before), qr/role "ann" is not permitted to log in/, 'and their processes are not begun again');
sql('ALTER ROLE ann LOGIN');
my $logged = sql('SELECT count(*) FROM rn_jobs');
is(sql("SELECT rn_prune_jobs('0')"), $logged, 'all of it can be dropped');
is(sql('SELECT count(*) FROM rn_jobs'), '0', 'and is');

# ---- beside a transaction that is open ----

my @waiting = map { sql("SELECT rn_train_async($_)") } ($long, $long, $short, $short);
comes(q{SELECT count(*) FROM rn_jobs WHERE phase = 'training'}, '2', 'two run');
my $idle = session();
say_to($idle, "BEGIN; SELECT rn_cancel($waiting[2]);");
cancel_all_of(@waiting[0, 1]);
state_comes($waiting[3], 'done', 'a job that somebody is about to cancel is passed over');
state_comes($waiting[2], 'waiting', 'and waits for that');
say_to($idle, 'COMMIT;');
state_comes($waiting[2], 'cancelled', 'which comes');
(undef, undef, $refused) = $node->psql('postgres', "BEGIN; SELECT rn_cancel(rn_train_async($short)); PREPARE TRANSACTION 'never'");
like($refused, qr/ERROR:  cannot PREPARE/, 'a transaction that cancels jobs cannot be prepared');

# A job that was passed over is started when its cancelling is not to be.
sub let_go
{
	my ($before, $end, $what) = @_;
	my @three = map { sql("SELECT rn_train_async($_)") } ($long, $long, $short);
	comes(q{SELECT count(*) FROM rn_jobs WHERE phase = 'training'}, '2', "$what: two run");
	say_to($idle, "BEGIN; $before SELECT rn_cancel($three[2]);");
	cancel_all_of(@three[0, 1]);
	comes(q{SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'recurnet%'}, '0', "$what: all who would start it have ended");
	state_comes($three[2], 'waiting', "$what: it was passed over");
	$end->();
	state_comes($three[2], 'done', "$what: it is started");
}

let_go('', sub { say_to($idle, 'ROLLBACK;') }, 'rolled back');
let_go('SAVEPOINT a;', sub { say_to($idle, 'ROLLBACK TO a; COMMIT;') }, 'rolled back in part');
my $idle_pid = say_to($idle, 'SELECT pg_backend_pid();') + 0;
let_go('', sub { sql("SELECT pg_terminate_backend($idle_pid)") }, 'its session has ended');
$idle->{run}->kill_kill;

# So is one whose process has come and passed it over, though nobody has it any more when that is seen.
$idle = session();
$keeper = session();
sql(q{SELECT rn_prune_jobs('0')});
$node->append_conf('postgresql.conf', 'recurnet.max_workers = 1');
$node->reload;
@jobs = map { sql("SELECT rn_train_async($_)") } ($long, $short);
comes(q{SELECT count(*) FROM rn_jobs WHERE phase = 'training'}, '1', 'one runs');
my $starter = sql("SELECT pid FROM rn_jobs WHERE job_id = $jobs[0]");
say_to($keeper, 'BEGIN; LOCK TABLE pg_db_role_setting IN ACCESS EXCLUSIVE MODE;');    # nobody can connect
say_to($idle, "SELECT rn_cancel($jobs[0]);");

my $comes = 0;
foreach (1 .. 600)
{
	$comes = say_to($keeper, q{SELECT max(pid) FROM pg_locks WHERE NOT granted AND relation = 'pg_db_role_setting'::regclass;}) + 0 and last;
	select undef, undef, undef, 0.1;
}
cmp_ok($comes, '>', 0, 'the process of the next one comes');
kill 'STOP', $starter;
say_to($idle, "BEGIN; SELECT rn_cancel($jobs[1]);");
say_to($keeper, 'COMMIT;');
foreach (1 .. 600)
{
	kill 0, $comes or last;
	select undef, undef, undef, 0.1;
}
is(kill(0, $comes), 0, 'and passes it over');
say_to($idle, 'ROLLBACK;');
kill 'CONT', $starter;
state_comes($jobs[1], 'done', 'it is not taken for one that could not');
$_->{run}->kill_kill foreach $idle, $keeper;
$node->append_conf('postgresql.conf', 'recurnet.max_workers = 2');
$node->reload;
sql(q{SELECT rn_prune_jobs('0')});

# ---- what fails over and over ----

$before = length slurp_file($node->logfile);
sql("BEGIN; SELECT rn_train_async($short, 'kept'); ALTER TABLE recurnet.job RENAME server TO away; COMMIT");
my $failures;
foreach (1 .. 600)
{
	$failures = () = substr(slurp_file($node->logfile), $before) =~ /column "server" does not exist/g;
	last if $failures >= 3;
	select undef, undef, undef, 0.1;
}
sleep 1;
sql('ALTER TABLE recurnet.job RENAME away TO server');
$failures = () = substr(slurp_file($node->logfile), $before) =~ /column "server" does not exist/g;
is($failures, '3', 'jobs that cannot be started are left after some tries');
state_comes(sql("SELECT rn_train_async($short, 'next')"), 'done', 'until another one comes');
comes(q{SELECT state FROM rn_jobs WHERE model = 'kept'}, 'done', 'with which they are started');
sql(q{SELECT rn_prune_jobs('0')});

# ---- with few workers ----

# one is the launcher of logical replication's, one a job's, and one a query's that says so
$node->append_conf('postgresql.conf', 'max_worker_processes = 3');
$node->restart;
sql("SELECT rn_train_async($long, 'taker')");
comes(q{SELECT count(*) FROM rn_jobs WHERE phase = 'training'}, '1', 'a job runs');
my $forced = sql(q{SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')});
my $hog;

sub take_worker
{
	$hog = session();
	$hog->{in} .= "SET $forced = on; SELECT pg_sleep(600);\n";
	$hog->{run}->pump_nb;
	comes(q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker'}, '1', 'a worker is taken');
}

sub free_worker
{
	sql(q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND backend_type = 'client backend' AND pid <> pg_backend_pid()});
	$hog->{run}->kill_kill;
}

take_worker();
sql("SELECT rn_train_async($short, 'taken later')");
is(sql(q{SELECT state FROM rn_jobs WHERE model = 'taken later'}), 'waiting', 'another job waits');
sql(q{SELECT rn_cancel(job_id) FROM rn_jobs WHERE model = 'taker'});
free_worker();
comes(q{SELECT string_agg(state, ' ' ORDER BY job_id) FROM rn_jobs}, 'cancelled done', 'until there is a worker for it');

# Who is to start a job is ended while there is no place for another.
sub end_starter
{
	my ($starter, $what) = @_;
	sql("SELECT pg_terminate_backend($starter)");
	comes("SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'recurnet%' AND pid <> $starter", '1', "$what that is ended begins again");
}

take_worker();
$job = sql("SELECT rn_train_async($short, 'late')");
comes(q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'recurnet queue'}, '1', 'the last worker is there for the queue');
end_starter(sql(q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'recurnet queue'}), 'a queue');
free_worker();
state_comes($job, 'done', 'and starts what waits');
comes(q{SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'}, '0', 'and none of its locks is left');
sql("SELECT rn_train_async($long, 'taker')");
comes(q{SELECT count(*) FROM rn_jobs WHERE phase = 'training'}, '1', 'a job runs');
take_worker();
$job = sql("SELECT rn_train_async($short, 'later')");
end_starter(sql(q{SELECT pid FROM rn_jobs WHERE state = 'running'}), 'a job');
comes(q{SELECT state FROM rn_jobs WHERE model = 'taker' ORDER BY job_id DESC LIMIT 1}, 'failed', 'which is failed');
free_worker();
state_comes($job, 'done', 'and starts what waits, too');

# It does so too if its role cannot connect any more, in its own place, where it is begun again.  The
# postmaster stands still while places become free, so that it has all of that to do at once.
sql('ALTER ROLE ann LOGIN');
sql("SET ROLE ann; SELECT rn_train_async($long, 'anns')");
comes(q{SELECT count(*) FROM rn_jobs WHERE phase = 'training'}, '1', 'a job of ann runs');
take_worker();
$job = sql("SELECT rn_train_async($short, 'not anns')");
sql('ALTER ROLE ann NOLOGIN');
my $watch = session();
$pid = sql(q{SELECT pid FROM rn_jobs WHERE state = 'running'});

# Until there is no such process.
sub gone
{
	my ($which) = @_;
	foreach (1 .. 600)
	{
		return 1 if say_to($watch, "SELECT count(*) FROM pg_stat_activity WHERE $which;") == 0;
		select undef, undef, undef, 0.1;
	}
	return 0;
}

kill 'STOP', $node->{_pid};
my $freed = eval
{
	say_to($watch, "SELECT pg_terminate_backend($pid);");
	gone("pid = $pid") or die;
	say_to($watch, q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid();});
	gone(q{backend_type = 'parallel worker'});
};
kill 'CONT', $node->{_pid};
ok($freed, 'its process is ended, and then that which had the last place');
state_comes($job, 'done', 'somebody starts what waits');
$_->{run}->kill_kill foreach $hog, $watch;
sql('ALTER ROLE ann LOGIN');

# What cannot connect, as its database is gone, gives back the last place.
sql('CREATE DATABASE d');
$node->safe_psql('d', 'CREATE EXTENSION recurnet; CREATE TABLE t AS SELECT i, sin(i) AS v FROM generate_series(1, 2000) i');
take_worker();
$node->safe_psql('d', "SELECT rn_train_async($short, 'never')");
comes(q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'recurnet queue'}, '1', 'the queue of another database waits for a worker');
sql('DROP DATABASE d WITH (FORCE)');
foreach (1 .. 5)
{
	(undef, undef, $refused) = $node->psql('postgres', "SELECT rn_train_async($short, 'after d')");
	last if $refused eq '';
}
is($refused, '', 'that database is dropped, and its place is free');
free_worker();
comes(q{SELECT state FROM rn_jobs WHERE model = 'after d'}, 'done', 'for a job of this one');

# A server that shuts down waits for none of it.
take_worker();
sql("SELECT rn_train_async($short, 'never')");
comes(q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'recurnet queue'}, '1', 'a job waits for a worker');
$node->restart;
comes(q{SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'recurnet%'}, '0', 'and the server does not, to shut down');
$hog->{run}->kill_kill;
sql(q{SELECT rn_prune_jobs('0')});

# ---- without workers ----

$node->append_conf('postgresql.conf', 'max_worker_processes = 0');
$node->restart;
(undef, undef, $refused) = $node->psql('postgres', "SELECT rn_train_async($short, 'never')");
like($refused, qr/ERROR:  there is no background worker to start the job/, 'where there are no workers, the commit fails');
is(sql(q{SELECT count(*) FROM rn_jobs WHERE model = 'never'}), '0', 'and nothing waits');
$node->append_conf('postgresql.conf', 'max_worker_processes = 8');
$node->restart;

# ---- without the database ----

sql('CREATE DATABASE d');
$node->safe_psql('d', 'CREATE EXTENSION recurnet; CREATE TABLE t AS SELECT i, sin(i) AS v FROM generate_series(1, 2000) i');
$node->safe_psql('d', "SELECT rn_train_async($long, 'long') FROM generate_series(1, 3)");
ok($node->poll_query_until('d', q{SELECT count(*) FROM rn_jobs WHERE phase = 'training'}, '2'), 'two run, one waits');
sql('DROP DATABASE d WITH (FORCE)');
comes(q{SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'recurnet%'}, '0', 'a database is dropped by force, with its jobs');

# ---- without the extension ----

@jobs = split /\n/, sql("SELECT rn_train_async($long, 'long') FROM generate_series(1, 3)");
comes(q{SELECT count(*) FROM rn_jobs WHERE phase = 'training'}, '2', 'two run, one waits');
my $pids = sql(q{SELECT string_agg(pid::text, ',') FROM rn_jobs WHERE state = 'running'});
$before = length slurp_file($node->logfile);
sql('DROP EXTENSION recurnet');
sql("SELECT pg_cancel_backend(pid) FROM unnest('{$pids}'::int[]) pid");
comes(q{SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'recurnet%'}, '0', 'the extension is dropped, and its processes end');
my $said = substr slurp_file($node->logfile), $before;
like($said, qr/WARNING:  the outcome of job $jobs[0] could not be logged/, 'saying that nobody will know');
unlike($said, qr/ERROR|exit code/, 'and are no error themselves');

# ---- with the extension created anew: jobs and models begin at 1 again ----

sql('CREATE EXTENSION recurnet');
is(sql("SELECT rn_train_async($long, 'of before')"), '1', 'a job');
comes(q{SELECT count(*) FROM rn_jobs WHERE phase = 'training'}, '1', 'runs');
$pid = sql('SELECT pid FROM rn_jobs WHERE job_id = 1');
sql('DROP EXTENSION recurnet; CREATE EXTENSION recurnet');
is(sql("SELECT rn_train_async($short, 'of now')"), '1', 'another one has its number');
state_comes(1, 'done', 'and does not wait for it');
is(sql("SELECT pg_cancel_backend($pid)"), 't', 'which goes on');
comes(q{SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'recurnet%'}, '0', 'and can be cancelled');
sql('DROP EXTENSION recurnet; CREATE EXTENSION recurnet');
my $some = q{'gru', 'SELECT i, v FROM t', '{"recipe": "plain", "units": 64, "epochs": 60, "window": 5, "validation_split": 0}'};
is(sql("SELECT rn_train_async($some, 'of before')"), '1', 'a job');
comes(q{SELECT count(*) FROM rn_jobs WHERE phase = 'training'}, '1', 'runs');
sql('DROP EXTENSION recurnet; CREATE EXTENSION recurnet');
is(sql("SELECT rn_train_async($short, 'of now')"), '1', 'another one has its number');
state_comes(1, 'done', 'and is done');
comes(q{SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'recurnet%'}, '0', 'as both are');
is(sql('SELECT name FROM rn_models'), 'of now', 'and the first has stored nothing among its models');

$node->stop;
done_testing();
