# kill.pl: SIGKILL in every phase of training and storing
#
# Of each training of a kind, a process is stopped in a phase, looked at, and killed:
# the session's backend, the background job's worker, a parallel worker, the postmaster.
# Storing has points of its own: before the rows of the model, its version and its job,
# which another session locks, and in the commit, between what is on disk and what others
# see, as it waits for a standby that never answers.  After recovery no half model, no
# job that runs, no file, no shared memory; all versions are what they were.  ONLY, a
# regular expression, does some of it.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;

use Faults;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $rounds = rounds(1, 2);
my $node = cluster('kill', "wal_level = replica\nmax_wal_senders = 2\nmax_parallel_maintenance_workers = 2\n");
my %training = trainings();
my ($many, $new) = ($training{many}, $training{many} =~ s/'many'/'new'/r);
my @training = qw(reading preparing training waiting judging);
my @storing = qw(model version commit);
my %kind = (
	train => { call => "SELECT rn_train($new)", phases => [ @training, @storing ] },
	retrain => { call => "CALL rn_retrain('many', promote => 'if_better')", phases => [ @training, 'comparing', @storing, 'job' ] },
	job => { call => "SELECT rn_train_async($new)", phases => [ @training, @storing, 'job' ] });
my (%killed, %stored);
my $longest = 0;
my $watch;

$node->safe_psql('postgres', "SELECT rn_train($many)");

# A session to look from, made anew after a crash.
sub watch
{
	my ($sql) = @_;

	$watch //= Session->new($node, name => 'watch');
	my $said = $watch->ask($sql);
	return $said if $watch->{buffer} =~ /^over: \S+ 00000$/m;
	$watch = undef;
	return '';
}

# Where the process is: its id, phase, what it waits for, and its parallel workers' ids.
sub look
{
	my ($which) = @_;
	my %seen;

	@seen{qw(pid phase waits on workers)} = split /\|/, watch(qq{SELECT a.pid, coalesce(p.phase, ''), coalesce(a.wait_event, ''),
		coalesce((SELECT string_agg(relation::regclass::text, ' ') FROM pg_locks l WHERE l.pid = a.pid AND NOT granted), ''),
		(SELECT string_agg(w.pid::text, ' ') FROM pg_stat_activity w WHERE w.leader_pid = a.pid AND w.pid <> a.pid)
		FROM pg_stat_activity a LEFT JOIN rn_progress p USING (pid) WHERE $which LIMIT 1});
	return \%seen;
}

# Is it in that phase?
sub is_in
{
	my ($seen, $phase) = @_;

	return ($seen->{waits} // '') eq 'SyncRep' if $phase eq 'commit';
	return ($seen->{on} // '') eq "recurnet.$phase" if $phase =~ /^(model|version|job)$/;
	return ($seen->{phase} // '') eq $phase;
}

# Have the storing wait there, from now on.
sub bar
{
	my ($phase) = @_;

	if ($phase eq 'commit')
	{
		$node->safe_psql('postgres', q{ALTER SYSTEM SET synchronous_standby_names = 'nobody'});
		$node->reload;
	}
	elsif ($phase =~ /^(model|version|job)$/)
	{
		my $keeper = Session->new($node, name => 'keeper');
		$keeper->ask("BEGIN; LOCK TABLE recurnet.$phase IN SHARE MODE");
		return $keeper;
	}
	return;
}

sub unbar
{
	my ($phase) = @_;

	return unless $phase eq 'commit';
	$node->safe_psql('postgres', q{SET synchronous_commit = off; ALTER SYSTEM RESET synchronous_standby_names});
	$node->reload;
}

# Stop a process as it is, and say whether that still is in the phase.
sub stop_in
{
	my ($which, $phase, $pid) = @_;

	kill 'STOP', $pid;
	sleep 0.002;
	return 1 if is_in(look($which), $phase);
	kill 'CONT', $pid;
	return 0;
}

# What was stored before it could be killed goes again.
sub tidy
{
	comes($node, q{SELECT count(*) FROM pg_stat_activity WHERE application_name = 'victim' OR backend_type LIKE 'recurnet%'}, '0');
	$node->safe_psql('postgres', q{SELECT rn_drop_model(model_id) FROM rn_models WHERE name = 'new'; SELECT rn_prune('many', 2)});
}

# One try: begin the training, and kill when it is in the phase; false if that was missed.
sub attempt
{
	my ($kind, $phase, $victim) = @_;
	my $session = Session->new($node);
	my $pid = $session->backend;
	my $which = $kind eq 'job' ? q{a.backend_type = 'recurnet job'} : "a.pid = $pid";
	my ($keeper, $barred, @held);

	$session->begin($kind{$kind}{call});
	my $end = time + $Faults::LIMIT;
	for (my $began = 0; time < $end;)
	{
		my $seen = look($which);
		$began ||= $seen->{phase};
		last if $began && ($kind eq 'job' ? !$seen->{pid} : defined $session->outcome(0));
		if ($began && !$barred)
		{
			$keeper = bar($phase);
			$barred = 1;
		}
		# One of its workers is held, so that it waits for that.
		if ($phase eq 'waiting' && !@held && $seen->{phase} eq 'training' && $seen->{workers})
		{
			@held = (split / /, $seen->{workers})[0];
			kill 'STOP', @held;
		}
		next unless is_in($seen, $phase);
		my $stopped = $victim eq 'parallel' ? (@held, split / /, $seen->{workers} // '')[0] : $seen->{pid};
		next unless $stopped;
		sleep rand 0.05 if $phase eq 'training';
		next unless stop_in($which, $phase, $stopped);
		kill_it($victim, $keeper, $stopped, @held);
		return 1;
	}
	kill 'CONT', @held;
	$session->close('KILL');
	unbar($phase);
	tidy();
	return 0;
}

# Not before all that were its processes have seen that it is gone.
sub started
{
	return system('pg_ctl', '-s', '-w', '-D', $node->data_dir, '-l', $node->logfile, 'start') == 0;
}

# Has a process ended, whether its parent has heard of it or not?
sub has_ended
{
	my ($pid) = @_;

	open my $stat, '<', "/proc/$pid/stat" or return 1;
	return (readline($stat) // ') Z ') =~ /\) Z /;
}

# Kill a process that is stopped in its phase, or the postmaster above it, which is started
# again.  A keeper must not end before the others have: they would have its lock, and go on.
# Neither may they go on before it is dead, which is later than that it was killed.
sub kill_it
{
	my ($victim, $keeper, @stopped) = @_;
	my @keeper = $keeper ? $keeper->backend : ();

	$watch = undef;
	if ($victim ne 'postmaster')
	{
		kill 'KILL', $stopped[0];
		kill 'CONT', @stopped;
		return;
	}
	kill 'STOP', @keeper;
	my $postmaster = $node->{_pid};
	my $end = time + $Faults::LIMIT;
	$node->kill9;
	sleep 0.001 until has_ended($postmaster) || time > $end;
	kill 'CONT', @stopped;
	my $start = time;
	sleep 0.01 until !grep({ !has_ended($_) } @stopped) || time > $end;
	kill 'CONT', @keeper;
	sleep 0.05 until started() || time > $end;
	my $took = time - $start;
	$longest = $took if $took > $longest;
	$node->_update_pid(1);
}

# What each version was when it was first seen; must be that for ever.
sub versions_stand
{
	my $same = 1;

	foreach my $line (split /\n/, $node->safe_psql('postgres', 'SELECT model_id, version, md5(weights) FROM recurnet.version'))
	{
		my ($model, $version, $hash) = split /\|/, $line;
		$same &&= ($stored{"$model $version"} //= $hash) eq $hash;
	}
	return $same;
}

# Kill one, and see that all is whole.
sub check
{
	my ($kind, $phase, $victim) = @_;
	my $what = "$victim killed in $phase of $kind";
	my $tries = 0;

	return if $ENV{ONLY} && $what !~ /$ENV{ONLY}/;
	1 until attempt($kind, $phase, $victim) || ++$tries > 20;
	return fail("$what: never seen there") if $tries > 20;
	$killed{$victim}{$phase}++;
	my $back = comes($node, 'SELECT 1', '1');
	unbar($phase);
	# Nobody is told that it failed before it is stored; what is stored in full is there.
	my $there = $node->safe_psql('postgres', q{SELECT count(*) FROM rn_models WHERE name = 'new'});
	my $right = $phase eq 'commit' ? ($kind eq 'retrain' || $there == 1) : $there == 0;
	diag("$what: $there new models") unless $right;
	ok($back && $right && versions_stand() && whole($node) && still_trains($node), $what);
	tidy();
}

foreach my $round (1 .. $rounds)
{
	foreach my $kind (sort keys %kind)
	{
		foreach my $phase (@{ $kind{$kind}{phases} })
		{
			check($kind, $phase, $kind eq 'job' ? 'worker' : 'backend');
			check($kind, $phase, 'parallel') if $phase eq 'training' || $phase eq 'waiting';
			check($kind, $phase, 'postmaster') if $round > 1 || $kind ne 'train';
		}
	}
}
# A training that has hours to go keeps no server from being started again.
my $long = q{'auto', 'SELECT s, i, v FROM t', '{"season": 12, "horizon": 6, "units": 64, "epochs": 10000}', series => 's'};
foreach my $call ("SELECT rn_train($long)", "SELECT rn_train_async($long)")
{
	my $session = Session->new($node);
	$session->begin($call);
	comes($node, q{SELECT count(*) > 1 FROM pg_stat_activity WHERE backend_type = 'parallel worker'}, 't');
	kill_it('postmaster', undef);
	ok(whole($node) && still_trains($node), 'postmaster killed in a training of hours');
}
$watch = undef;
stop_clean($node);
foreach my $victim (sort keys %killed)
{
	note("killed: $victim ", join ', ', map { "$_ $killed{$victim}{$_}" } sort keys %{ $killed{$victim} });
}
note(sprintf "a dead postmaster could be started again within %.1f s", $longest);
done_testing();
