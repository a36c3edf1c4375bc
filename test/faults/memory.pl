# memory.pl: memory that runs out anywhere
#
# The address space of a process is limited, from outside, to what it has and a random
# bit more, and it is asked for a training, a forecast, something stored, or the first
# call of all, which loads the library and has OpenBLAS ask for its buffer.  Either
# that is done, or there is an error: SQLSTATE 53200 (or, where the loader
# says so, that the library cannot be mapped); never a crash, never a hang.  The same
# session goes on when it has memory again.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;

use Faults;
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = rounds(10, 100);
my $node = cluster('memory', "max_parallel_maintenance_workers = 0\njit = off\nrecurnet.model_cache_size = 0\n");
my %training = trainings();
my $large = q{'gru', 'SELECT s * 48 + i AS i, v FROM t', '{"recipe": "plain", "units": 400, "epochs": 1, "window": 8, "batch_size": 512, "train_rows": 600}'};

$node->safe_psql('postgres', "SELECT rn_train($training{many}); SELECT rn_train($training{few}); CREATE TABLE kept (m rn_model)");

# What is asked for, and how many bytes of memory that may want at most; whether the session has loaded the library.
my @work = (
	[ 'a training of many series' => "SELECT rn_drop_model(rn_train(" . $training{many} =~ s/'many'/NULL/r . "))", 12e6, 1 ],
	[ 'a training of large layers' => "SELECT rn_drop_model(rn_train($large))", 100e6, 1 ],
	[ 'a retraining' => q{CALL rn_retrain('many')}, 12e6, 1 ],
	[ 'a forecast' => q{SELECT count(*) FROM rn_forecast('many', 30)}, 3e6, 1 ],
	[ 'a backtest' => q{SELECT count(*) FROM rn_backtest('gru', 'SELECT i, v FROM t WHERE s = 1', '{"units": 16, "epochs": 2, "horizon": 4}')}, 3e6, 1 ],
	[ 'values stored' => q{INSERT INTO kept SELECT rn_fit(i, v, 'gru', '{"recipe": "plain", "units": 60, "epochs": 1, "window": 5}') FROM t WHERE s <= 3 GROUP BY s}, 6e6, 1 ],
	[ 'the first forecast' => q{SELECT count(*) FROM rn_forecast('many', 3)}, 60e6, 0 ],
	[ 'the first training' => "SELECT rn_drop_model(rn_train($large))", 400e6, 0 ]);

# Bytes of address space that a process has.
sub size_of
{
	my ($pid) = @_;

	return 1024 * (slurp_file("/proc/$pid/status") =~ /^VmSize:\s+(\d+)/m)[0];
}

sub limit
{
	my ($pid, $bytes) = @_;

	system('prlimit', '--pid', $pid, "--as=$bytes:unlimited") == 0 or die "prlimit: $?";
}

# A job's worker, limited as soon as it is there.
sub limit_job
{
	my ($extra) = @_;
	my $job = $node->safe_psql('postgres', 'SELECT rn_train_async(' . $training{many} =~ s/'many'/NULL/r . ')');

	comes($node, "SELECT count(pid) FROM rn_jobs WHERE job_id = $job AND phase IS NOT NULL", '1');
	my $pid = $node->safe_psql('postgres', "SELECT pid FROM rn_jobs WHERE job_id = $job");
	limit($pid, int(size_of($pid) + $extra));
	comes($node, "SELECT count(*) FROM rn_jobs WHERE job_id = $job AND state IN ('waiting', 'running')", '0');
	return $node->safe_psql('postgres', "SELECT coalesce(sqlstate, '00000') FROM rn_jobs WHERE job_id = $job; SELECT rn_drop_model(model_id) FROM rn_jobs WHERE job_id = $job AND state = 'done'") =~ s/\n.*//sr;
}

my %seen;

# One try; true if it ended as it may.
sub attempt
{
	my ($what, $sql, $most, $loaded) = @_;
	my $session = Session->new($node);
	my $pid = $session->backend;

	# The stack is let grow first: for what the kernel refuses a stack there is no error.
	$session->ask('SELECT ' . '(' x 500 . '1' . ')' x 500);
	$session->ask(q{SELECT count(*) FROM rn_forecast('few', 1)}) if $loaded;
	limit($pid, int(size_of($pid) + rand($most)));
	$session->begin($sql);
	my $state = $session->outcome;
	$seen{$what}{$state}++;
	if ($state !~ /^(00000|53200|58P01)$/ || ($state eq '58P01' && $session->{buffer} !~ /could not load library/))
	{
		diag("$what: $state: $session->{buffer}");
		return 0;
	}
	limit($pid, 'unlimited');
	return 1 if $session->ask(q{SELECT count(*) FROM rn_forecast('few', 3)}) eq '3';
	diag("$what: afterwards: $session->{buffer}");
	return 0;
}

my $log_from = -s $node->logfile;
foreach my $work (@work)
{
	my $wrong = 0;
	$wrong += !attempt(@$work) foreach 1 .. $rounds;
	is($wrong, 0, "$work->[0]: done or refused, $rounds times");
}
my $wrong = 0;
foreach (1 .. $rounds)
{
	my $state = limit_job(rand 60e6);
	$seen{'a job'}{$state}++;
	$wrong += $state !~ /^(00000|53200)$/;
}
is($wrong, 0, "a job: done or refused, $rounds times");
unlike(slurp_file($node->logfile, $log_from), qr/was terminated by signal|PANIC/, 'nothing has crashed');
ok(whole($node) && still_trains($node), 'all is whole');
stop_clean($node);
foreach my $what (sort keys %seen)
{
	note("$what: ", join ', ', map { "$_ $seen{$what}{$_}" } sort keys %{ $seen{$what} });
}
done_testing();
