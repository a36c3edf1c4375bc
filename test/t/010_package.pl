
# 010_package.pl: what packages say of the extension is so
#
# META.json as PGXN wants it (https://pgxn.org/spec/), and one version everywhere.

use strict;
use warnings;

use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

chdir "$ENV{TESTDIR}/project";
my $meta = eval { decode_json(slurp_file('META.json')) };
is($@, '', 'META.json is JSON');

# ---- PGXN ----

my $version = qr/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$/;
my %known = map { $_ => 1 } qw(name abstract description version maintainer license provides prereqs release_status
  generated_by meta-spec tags resources no_index);
is(join(' ', grep { !defined $meta->{$_} } qw(name abstract version maintainer license provides meta-spec)), '', 'it has all that it must have');
is(join(' ', grep { !$known{$_} && !/^x_/i } sort keys %$meta), '', 'and nothing that PGXN does not know');
like($meta->{version}, $version, 'the version is a semantic one');
is($meta->{license}, 'postgresql', 'the licence is one of those that have a name there');
like($meta->{release_status}, qr/^(stable|testing|unstable)$/, 'so is the status');
is($meta->{'meta-spec'}{version}, '1.0.0', 'and the version of the specification');
is(join(' ', grep { ref || length > 255 || /[\/\\\x00-\x1f]/ } @{ $meta->{tags} }), '', 'tags are short texts');
foreach my $phase (sort keys %{ $meta->{prereqs} })
{
	like($phase, qr/^(configure|build|test|runtime|develop)$/, "prereqs: $phase is a phase");
	foreach my $relation (sort keys %{ $meta->{prereqs}{$phase} })
	{
		like($relation, qr/^(requires|recommends|suggests|conflicts)$/, "prereqs: $relation is a relation");
		like($_, $version, 'prereqs: a version') foreach values %{ $meta->{prereqs}{$phase}{$relation} };
	}
}
my $extension = $meta->{provides}{recurnet};
is($extension->{version}, $meta->{version}, 'the extension has the version of the distribution');
ok(-e $extension->{$_}, "its $_ is there") foreach qw(file docfile);

# ---- one version everywhere ----

my %says = (
	'recurnet.control' => qr/^default_version = '(.*)'$/m,
	'src/pg/recurnet.c' => qr/"(\d+\.\d+\.\d+)"/,
	'CHANGELOG.md' => qr/^## (\S+)/m,
	'debian/changelog' => qr/^recurnet \((.*)-\d+\)/m);
foreach my $file (sort keys %says)
{
	my ($said) = slurp_file($file) =~ $says{$file};
	is($said, $meta->{version}, "$file is of the same version");
}
ok(-e $meta->{provides}{recurnet}{file} && $meta->{provides}{recurnet}{file} =~ /--\Q$meta->{version}\E\.sql$/, 'and so is the script');
done_testing();
