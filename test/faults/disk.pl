# disk.pl: no room left while a version is stored, or rows are sorted
#
# The database is on a small file system that has been filled, to a random byte (small/,
# which faults.sh mounts).  Training, retraining and a background job end with the server's
# error 53100, what was stored before stays as it was, and all goes well once there is
# room.  The same where rows are sorted on disk.  (The log of changes has room: where that
# has none, the server itself ends, and recovers.)

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;

use Faults;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'no small file system may be mounted here' unless -d "$ENV{TESTDIR}/small";

my $rounds = rounds(3, 20);
my $node = cluster('disk', "max_parallel_maintenance_workers = 0\n");
my %training = trainings();
my $small = "$ENV{TESTDIR}/small";
my $many = $training{many} =~ s/'many'/NULL/r;
my %work = (
	'a training' => "SELECT rn_train($many)",
	'a retraining' => q{CALL rn_retrain('many', 'cold', 'always')},
	'rows sorted on disk' => q{SELECT rn_drop_model(rn_train('gru', 'SELECT i, sin(i) AS v FROM generate_series(1, 80000) i ORDER BY -i', '{"recipe": "plain", "units": 1, "epochs": 1, "window": 2, "train_rows": 1000}'))},
	'a tiny retraining' => q{CALL rn_retrain('few', 'cold', 'always')});
my %seen;

sub versions { return $node->safe_psql('postgres', q{SELECT string_agg(concat_ws(' ', model_id, version, active_version, md5(weights)), ';' ORDER BY model_id, version) FROM recurnet.version JOIN recurnet.model USING (model_id)}) }

# Write so many bytes to a file of our own there; as many as there is room for, without.
sub fill
{
	my ($bytes) = @_;

	open my $file, '>', "$small/ballast" or die "$small/ballast: $!";
	$bytes //= 1e12;
	while ($bytes > 0)
	{
		my $n = syswrite $file, 'x' x ($bytes > 65536 ? 65536 : $bytes);
		last unless $n;
		$bytes -= $n;
	}
	close $file;
}

# Bytes that are free there.
sub room
{
	return (split ' ', (run_command([ 'df', '-B1', '--output=avail', $small ]))[0])[-1];
}

# Do it, and say how it ended; the versions are then those of before, or one more.
sub attempt
{
	my ($what, $session) = @_;
	my $before = versions();

	$session->ask($work{$what});
	my $state = $session->outcome;
	$seen{$what}{$state}++;
	return 1 if $state eq '00000';
	return 1 if $state eq '53100' && $before eq versions();
	diag("$what: $state: $session->{buffer}");
	return 0;
}

mkdir "$small/space";
$node->safe_psql('postgres', qq{
	CREATE TABLESPACE small LOCATION '$small/space'});
$node->safe_psql('template1', 'ALTER DATABASE postgres SET TABLESPACE small');
$node->safe_psql('postgres', "SELECT rn_train($training{many}); SELECT rn_train($training{few})");
foreach my $what (sort keys %work)
{
	my $wrong = 0;
	foreach my $round (1 .. $rounds)
	{
		my $session = Session->new($node);
		$session->ask(q{SET maintenance_work_mem = '1MB'; SET recurnet.max_memory = '1GB'; SET temp_tablespaces = small});
		$session->ask(q{SELECT count(*) FROM rn_forecast('few', 3)});
		fill(room() - int(rand(2)) * int(rand 300e3));
		$wrong += !attempt($what, $session);
		$session->close;
		$wrong++ unless $node->safe_psql('postgres', q{SELECT count(*) FROM rn_forecast('many', 1)}) eq '400';
		unlink "$small/ballast";
	}
	is($wrong, 0, "$what on a disk that is full: done or refused, $rounds times");
}
fill();
my $job = Session->new($node)->ask("SELECT rn_train_async($many)");
$seen{'queueing a job'}{$job =~ /^\d+$/ ? 'done' : 'refused'}++;
comes($node, q{SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'recurnet%'}, '0');
unlink "$small/ballast";
ok(comes($node, q{SELECT count(*) FROM rn_jobs WHERE state IN ('waiting', 'running')}, '0'), 'the job has ended');
ok(whole($node) && still_trains($node), 'with room again, all is whole');
$node->safe_psql('template1', 'ALTER DATABASE postgres SET TABLESPACE pg_default');
ok(whole($node) && still_trains($node), 'all is whole');
unlike(slurp_file($node->logfile), qr/was terminated by signal|PANIC/, 'nothing has crashed');
stop_clean($node);
foreach my $what (sort keys %seen)
{
	note("$what: ", join ', ', map { "$_ $seen{$what}{$_}" } sort keys %{ $seen{$what} });
}
done_testing();
