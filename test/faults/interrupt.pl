# interrupt.pl: whatever ends a statement, at any moment
#
# Trainings, retrainings, jobs, forecasts, backtests and tunings are begun, and at a random
# moment cancelled or terminated, or run into a timeout, or their client goes away, or they
# wait for a lock that they do not get in time.  Each ends soon after; in the end
# nothing is half done, and nothing is held.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;

use Faults;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $rounds = rounds(100, 1000);
my $node = cluster('interrupt', "max_parallel_maintenance_workers = 2\nclient_connection_check_interval = 50\nidle_session_timeout = 0\n");
my %training = trainings();
my $many = $training{many} =~ s/'many'/NULL/r;

$node->safe_psql('postgres', "SELECT rn_train($training{many}); SELECT rn_train($training{few})");

# What is begun; in transactions of their own or in one that goes on.
my %work = (
	'rn_train' => "SELECT rn_train($many)",
	'rn_train in a block' => "BEGIN; SELECT rn_train($many); SELECT rn_train_async(" . $training{few} =~ s/'few'/NULL/r . "); SELECT 1",
	'rn_retrain' => q{CALL rn_retrain('many')},
	'rn_retrain of another' => q{CALL rn_retrain('few')},
	'rn_train_async' => "SELECT rn_train_async($many); SELECT pg_sleep(0.3)",
	'rn_forecast' => q{SELECT count(*) FROM generate_series(1, 20) g, rn_forecast('many', 30 + g)},
	'rn_backtest' => q{SELECT count(*) FROM rn_backtest('auto', 'SELECT s, i, v FROM t WHERE s < 40', '{"season": 12, "horizon": 4, "units": 8, "epochs": 1}', series => 's', folds => 3)},
	'rn_tune' => q{SELECT count(*) FROM rn_tune('SELECT s, i, v FROM t WHERE s < 10', '{"cell": ["gru", "lstm"]}', options => '{"season": 12, "horizon": 4, "units": 8, "epochs": 1}', series => 's')});

# A moment of the work, in seconds.
my %takes;
sub moment { return rand(1.1 * ($takes{ $_[0] } // 0.3)) }

# How it is ended: what is set before, and what is done at the moment.
my %ending = (
	cancel => [ sub { '' }, sub { $_[1]->ask("SELECT pg_cancel_backend($_[0]{backend})") } ],
	terminate => [ sub { '' }, sub { $_[1]->ask("SELECT pg_terminate_backend($_[0]{backend})") } ],
	statement_timeout => [ sub { 'SET statement_timeout = ' . int(1 + 1000 * $_[0]) }, undef ],
	idle_in_transaction_session_timeout => [ sub { 'SET idle_in_transaction_session_timeout = ' . int(1 + 30 * rand) }, undef ],
	idle_session_timeout => [ sub { 'SET idle_session_timeout = ' . int(1 + 30 * rand) }, undef ],
	lock_timeout => [ sub { 'SET lock_timeout = ' . int(1 + 20 * rand) }, undef ],
	client_gone => [ sub { '' }, sub { $_[0]->close('KILL') } ],
	rn_cancel => [ sub { '' }, sub { $_[1]->ask(q{SELECT rn_cancel(job_id) FROM rn_jobs WHERE state IN ('waiting', 'running')}) } ]);

# Let each run once, to know how long it takes.
foreach my $what (sort keys %work)
{
	my $session = Session->new($node);
	my $start = time;
	$session->ask($work{$what});
	$takes{$what} = time - $start;
}

my $watch = Session->new($node, name => 'watch');
my (%seen, $slowest, $hangs);
my @works = sort keys %work;
my @endings = sort keys %ending;
$slowest = $hangs = 0;

# One round: begin, end it, wait until its process is gone or idle.
sub attempt
{
	my ($what, $how) = @_;
	my ($before, $at) = @{ $ending{$how} };
	my $moment = moment($what);
	my $session = Session->new($node);
	my $keeper;

	$session->backend;
	if ($how eq 'lock_timeout')
	{
		$keeper = Session->new($node, name => 'keeper');
		$keeper->ask('BEGIN; LOCK TABLE recurnet.' . (qw(model version job))[ rand 3 ] . ' IN SHARE MODE');
	}
	$session->ask($before->($moment)) if $before->($moment) ne '';
	my $end = time;
	$session->begin(($how =~ /transaction/ ? 'BEGIN; ' : '') . $work{$what});
	if ($at)
	{
		sleep $moment;
		$end = time;
		$at->($session, $watch);
	}
	my $state = $how eq 'client_gone' ? 'gone' : $session->outcome;
	# Then it idles, for longer than it may.
	if ($how =~ /^idle/ && $state ne 'gone')
	{
		sleep 0.06;
		$session->begin('SELECT 1');
		$state = $session->outcome;
	}
	my $took = time - $end;
	$seen{$how}{$state}++;
	$slowest = $took if $at && $how ne 'rn_cancel' && $took > $slowest;
	$hangs++ if $state eq 'hangs';
	$keeper->close if $keeper;
	if ($how eq 'client_gone')
	{
		my $gone = time;
		sleep 0.01 while $watch->ask("SELECT count(*) FROM pg_stat_activity WHERE pid = $session->{backend}") eq '1' && time - $gone < $Faults::LIMIT;
		$hangs++ if time - $gone >= $Faults::LIMIT;
		$slowest = time - $gone if time - $gone > $slowest;
	}
	$session->close;
}

foreach my $round (1 .. $rounds)
{
	attempt($works[ rand @works ], $endings[ rand @endings ]);
	next if $round % 50 && $round < $rounds;
	ok(whole($node), "all is whole after $round rounds");
	$node->safe_psql('postgres', q{SELECT rn_drop_model(model_id) FROM rn_models WHERE name IS NULL; SELECT rn_prune('many', 2), rn_prune('few', 2)});
}
is($hangs, 0, 'nothing hangs');
ok($slowest < $Faults::LIMIT, 'all ends in time');
ok(still_trains($node), 'the next training succeeds');
unlike(slurp_file($node->logfile), qr/was terminated by signal|PANIC|WARNING:.*(leak|still referenced)/, 'nothing has crashed, nothing was left open');
$watch->close;
stop_clean($node);
foreach my $how (@endings)
{
	note("$how: ", join ', ', map { "$_ $seen{$how}{$_}" } sort keys %{ $seen{$how} // {} });
}
note(sprintf 'slowest to end: %.2f s', $slowest);
done_testing();
