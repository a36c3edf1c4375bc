# recurnet: recurrent networks for forecasting, inside PostgreSQL
#
#   make demo           from nothing to a forecast: installs, builds, shows it
#   make test           from nothing to the whole test suite
#   make test-matrix    the two above on bare Debian systems (needs root)
#
#   make                build the extension
#   make install        install it into the PostgreSQL that PG_CONFIG names
#   make installcheck   regression tests against a running server
#   make unit           tests of the numerics, no server needed
#   make check-wall     is the core still free of PostgreSQL?
#   make check-symbols  does recurnet.so keep its BLAS and its protobuf to itself?
#   make check-lint     compilers' warnings and static analysis
#   make check-sanitize unit tests, and the extension in a server, under sanitizers
#   make check-leaks    does a session's memory grow?
#   make check-valgrind unit tests, and a session, under valgrind
#   make check-fuzz     hostile bytes, times, rows and options, a minute each
#   make check-faults   processes killed, no memory, no disk, cancels at any moment
#   make check-load     many clients at once; models created and dropped
#   make check-exchange exported models in PyTorch, Keras and onnxruntime, and back (3 GB)
#   make bench, bench-call, growth, accuracy   what docs/performance.md and accuracy.md say
#   make coverage       which lines the tests run
#   make pictures       draw those of README again
#   make reference      docs/reference.md, from what the catalogs say
#   make reference-networks SERIES=file.csv   what four known networks reach
#   make check-package   every way to install it, on a bare Debian 12 (needs root)
#   make deb            a Debian package for each PostgreSQL of this Debian: build/deb
#   make clean
#
# The first three must work where there is neither PostgreSQL nor a compiler
# yet, so everything that needs them stands inside conditionals below.

PG_CONFIG ?= pg_config

.DEFAULT_GOAL := all


# ---- what is built --------------------------------------------------------

# `make demo DATA=series.csv` means the demo's data, not PGXS's DATA.
ifeq ($(origin DATA),command line)
DEMO_DATA := $(DATA)
endif

EXTENSION  = recurnet
MODULE_big = recurnet
override DATA = $(sort $(wildcard sql/recurnet--*.sql))

# The rooms of the core to build; fewer of them while one is being rebuilt:
# make unit CORE_ROOMS='base series'
CORE_ROOMS ?= base nn series plot model exchange

CORE_SRCS := $(sort $(wildcard $(CORE_ROOMS:%=src/core/%/*.c)))
GLUE_SRCS := $(sort $(wildcard src/pg/*.c))
OBJS       = $(CORE_SRCS:.c=.o) $(GLUE_SRCS:.c=.o)


# ---- OpenBLAS -------------------------------------------------------------

# The serial build, as a static archive whose symbols stay hidden.  The serial
# and the threaded build share a soname, so that a dynamic link would get
# whichever was loaded first; and a backend must never run a BLAS thread, on
# which PostgreSQL's signal handlers could land.  Its work buffer is gemm.c's: its
# own function loops until it gets one.
MULTIARCH    := $(shell $(CC) -print-multiarch 2>/dev/null)
OPENBLAS     ?= /usr/lib/$(MULTIARCH)/openblas-serial/libopenblas.a
OPENBLAS_INC ?= /usr/include/$(MULTIARCH)/openblas-serial
BLAS_LINK     = $(OPENBLAS) -Wl,--wrap=blas_memory_alloc -Wl,--wrap=blas_memory_free \
	-Wl,--exclude-libs,ALL -Wl,-Bsymbolic -lz -lm

$(OPENBLAS):
	@echo "recurnet: there is no $@: install libopenblas-serial-dev," >&2
	@echo "or name a serial, static OpenBLAS: make OPENBLAS=.../libopenblas.a OPENBLAS_INC=..." >&2
	@exit 1


# ---- ONNX -----------------------------------------------------------------

# Its messages, made by protobuf-c of the published schema, and that library, static and hidden like
# the BLAS.
PROTOC_C     ?= protoc-c
PROTOBUF_C   ?= /usr/lib/$(MULTIARCH)/libprotobuf-c.a
ONNX_SCHEMA   = src/core/exchange/onnx.proto
ONNX_MESSAGES = build/onnx/onnx.pb-c
# What everything with the core in it is linked with.
CORE_LINK     = $(ONNX_MESSAGES).o $(PROTOBUF_C) $(BLAS_LINK)

$(PROTOBUF_C):
	@echo "recurnet: there is no $@: install libprotobuf-c-dev and protobuf-c-compiler" >&2
	@exit 1
$(ONNX_MESSAGES).h $(ONNX_MESSAGES).c &: $(ONNX_SCHEMA)
	@mkdir -p $(@D)
	$(PROTOC_C) --c_out=$(@D) --proto_path=$(<D) $<
$(ONNX_MESSAGES).o: $(ONNX_MESSAGES).c $(PROTOBUF_C)
	$(CC) -O2 -fPIC -fvisibility=hidden $(PLACELESS) -DNDEBUG -w -c -o $@ $<


# ---- flags ----------------------------------------------------------------

# make WERROR= where a compiler that we have not met warns of something new.
WERROR   ?= -Werror
WARNINGS  = -Wall -Wextra $(WERROR)

# Headers are dependencies (Debian's PGXS does not track them).
DEPFLAGS  = -MMD -MP

# The wall: src/core alone is where the core finds headers, so that a stray
# #include "postgres.h" does not compile.  cblas.h is for gemm.c only.
CORE_CPPFLAGS = -Isrc/core -D_FORTIFY_SOURCE=2
GEMM_CPPFLAGS = $(CORE_CPPFLAGS) -isystem $(OPENBLAS_INC)
# Nor protobuf's, which are for graph.c only.
ONNX_CPPFLAGS = $(CORE_CPPFLAGS) -isystem $(dir $(ONNX_MESSAGES))

# No -ffast-math (it would drop NaN and the order of sums) and no -march=native
# (the library travels): what vectorises loops without changing their results.
# The place of the checkout stays out of what is built.
PLACELESS     = -ffile-prefix-map=$(CURDIR)=.
CORE_CFLAGS   = -std=gnu11 $(PLACELESS) -O3 -fPIC -fvisibility=hidden $(WARNINGS)
VECTOR_CFLAGS = -fno-math-errno -fno-trapping-math

# PostgreSQL's macros and call conventions set off these three of -Wextra.
GLUE_CPPFLAGS = -Isrc/core -Isrc
GLUE_CFLAGS   = -std=gnu11 $(PLACELESS) $(WARNINGS) -Wno-unused-parameter -Wno-missing-field-initializers -Wno-clobbered


# ---- the extension (PGXS) -------------------------------------------------

# Names of the regression tests; never name one after an extension script,
# pg_regress would take that instead.
REGRESS      = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --load-extension=recurnet

EXTRA_CLEAN  = build $(OBJS:.o=.d)

# Bitcode serves only to inline C functions into queries compiled by JIT,
# which gains nothing here and stumbles over function multiversioning.
override with_llvm := no

PG_CFLAGS     = $(DEPFLAGS)
SHLIB_LINK   += $(CORE_LINK)
SHLIB_EXPORTS = src/pg/exports.txt

PGXS           := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))
SERVER_HEADERS := $(shell $(PG_CONFIG) --includedir-server 2>/dev/null)
ifneq ($(and $(PGXS),$(wildcard $(SERVER_HEADERS)/postgres.h)),)
# As system headers, PostgreSQL's own raise no warnings of ours.
PG_CPPFLAGS = -isystem $(SERVER_HEADERS)
include $(PGXS)

src/core/%.o:           override CPPFLAGS := $(CORE_CPPFLAGS)
src/core/base/gemm.o:   override CPPFLAGS := $(GEMM_CPPFLAGS)
src/core/exchange/graph.o: override CPPFLAGS := $(ONNX_CPPFLAGS)
src/core/exchange/graph.o: $(ONNX_MESSAGES).h
src/core/%.o:           override CFLAGS += $(CORE_CFLAGS)
src/core/base/math.o:   override CFLAGS += $(VECTOR_CFLAGS)
src/core/nn/%.o:        override CFLAGS += $(VECTOR_CFLAGS)
src/pg/%.o:             override CPPFLAGS := $(GLUE_CPPFLAGS) $(CPPFLAGS)
src/pg/%.o:             override CFLAGS += $(GLUE_CFLAGS)

$(OBJS): Makefile
$(shlib): $(OPENBLAS) $(ONNX_MESSAGES).o
-include $(OBJS:.o=.d)

# Compiled with just what every object of the core is compiled with, because
# it is called like one.
.PHONY: src/core/probe.o
src/core/probe.o:
	@printf '#include "%s"\n' $(PROBE) | $(CC) $(CFLAGS) $(CPPFLAGS) -E -x c -MF /dev/null -o /dev/null -
else
all install installcheck clean:
	@echo "recurnet: $(PG_CONFIG) finds no server headers: run make setup, or name another PG_CONFIG" >&2
	@exit 1
endif


# ---- tests of the core, without a server ----------------------------------

# test/unit/test_*.c are cmocka programs.  Each is linked with the core as it
# ships; those named test_*_double.c with the same sources in double precision.
# make unit SANITIZE=1 does it all with the address and undefined sanitizers;
# LEVEL=BASELINE or V3 with the vector kernels of no higher level, TESTS='base
# reference' only those programs.
TESTS       ?= *
UNIT_SRCS   := $(sort $(wildcard $(TESTS:%=test/unit/test_%.c)))
UNIT_BUILD  := build/unit$(if $(SANITIZE),-sanitize)$(LEVEL:%=-%)
UNIT_DOUBLE := build/unit-double$(if $(SANITIZE),-sanitize)$(LEVEL:%=-%)
UNIT_CFLAGS  = $(CORE_CFLAGS) $(DEPFLAGS) -g $(if $(LEVEL),-DRN_HIGHEST_LEVEL=RN_LEVEL_$(LEVEL)) \
	$(if $(SANITIZE),-O1 -DRN_NO_DISPATCH -fno-omit-frame-pointer -fsanitize=address$(,)undefined -fno-sanitize-recover=all)
, := ,

UNIT_PROGRAMS := $(patsubst test/unit/%.c,$(UNIT_BUILD)/%,$(filter-out %_double.c,$(UNIT_SRCS))) \
	$(patsubst test/unit/%.c,$(UNIT_DOUBLE)/%,$(filter %_double.c,$(UNIT_SRCS)))

# Series for tests that are not ours to ship; tests skip what needs them where
# they are absent.
export RECURNET_DATA ?= $(abspath ../shared/data)

.PHONY: unit unit-programs $(UNIT_PROGRAMS:%=%.run)
unit: $(UNIT_PROGRAMS:%=%.run)
unit-programs: $(UNIT_PROGRAMS)

$(UNIT_PROGRAMS:%=%.run): %.run: %
	@echo "# $(notdir $<)"; $(if $(SANITIZE),ASAN_OPTIONS=allocator_may_return_null=1 )$<

# $(call unit_rules,build directory,flags)
define unit_rules
$(1)/core/base/gemm.o: CORE_CPPFLAGS := $(GEMM_CPPFLAGS)
$(1)/core/exchange/graph.o: CORE_CPPFLAGS := $(ONNX_CPPFLAGS)
$(1)/core/exchange/graph.o: $(ONNX_MESSAGES).h
$(1)/core/base/math.o: CORE_CFLAGS += $(VECTOR_CFLAGS)
$(1)/core/nn/%.o: CORE_CFLAGS += $(VECTOR_CFLAGS)

$(1)/core/%.o: src/core/%.c Makefile
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS) $$(UNIT_CFLAGS) $$(CORE_CPPFLAGS) $(2) -c -o $$@ $$<

$(1)/core.a: $(CORE_SRCS:src/%.c=$(1)/%.o)
	@rm -f $$@; mkdir -p $$(@D)
	$$(AR) rcs $$@ $$^

$(1)/test_%: test/unit/test_%.c $(1)/core.a $(OPENBLAS) $(ONNX_MESSAGES).o
	$$(CC) $$(UNIT_CFLAGS) -Isrc/core -Itest/unit $(2) -DRN_TEST_DIR='"$(abspath test)"' \
		-MF $$@.d -o $$@ $$< $(1)/core.a $(CORE_LINK) -lcmocka

-include $(CORE_SRCS:src/%.c=$(1)/%.d) $(UNIT_SRCS:test/unit/%.c=$(1)/%.d)
endef
$(eval $(call unit_rules,$(UNIT_BUILD),))
$(eval $(call unit_rules,$(UNIT_DOUBLE),-DRN_REAL_DOUBLE))


# ---- fuzzing --------------------------------------------------------------

# make fuzz TIME=60 [TARGET=codec]: each target of test/fuzz so many seconds, from
# its corpus; what it finds on the way is kept in build/fuzz/found.  With clang's
# libFuzzer, and the address and undefined sanitizers.  make check-fuzz: all of
# them, and mutants of models and options through SQL.
TIME         ?= 60
FUZZ_CC      ?= clang
FUZZ_TARGETS := $(patsubst test/fuzz/%.c,%,$(sort $(wildcard test/fuzz/*.c)))
FUZZ_GLUE    := options value
TARGET       ?= $(FUZZ_TARGETS) $(FUZZ_GLUE)
FUZZ_CFLAGS   = -std=gnu11 $(PLACELESS) -O1 -g $(WARNINGS) $(DEPFLAGS) -DRN_NO_DISPATCH -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all

.PHONY: fuzz check-fuzz
check-fuzz: fuzz
	@test/setup.sh test
	@MAKE='$(MAKE)' test/fuzz/mutants.sh 5000
fuzz: $(patsubst %,build/fuzz/%,$(filter $(FUZZ_TARGETS),$(TARGET))) | fuzz-tools
	@MAKE='$(MAKE)' FUZZ_CC='$(FUZZ_CC)' TIME='$(TIME)' test/fuzz.sh $(TARGET)

build/fuzz/core/base/gemm.o: CORE_CPPFLAGS := $(GEMM_CPPFLAGS)
build/fuzz/core/exchange/graph.o: CORE_CPPFLAGS := $(ONNX_CPPFLAGS)
build/fuzz/core/exchange/graph.o: $(ONNX_MESSAGES).h
.PHONY: fuzz-tools
fuzz-tools:
	@test/tools.sh $(FUZZ_CC)
build/fuzz/core/%.o: src/core/%.c Makefile | fuzz-tools
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link $(CORE_CPPFLAGS) -c -o $@ $<

$(FUZZ_TARGETS:%=build/fuzz/%): build/fuzz/%: test/fuzz/%.c $(CORE_SRCS:src/%.c=build/fuzz/%.o) $(OPENBLAS) $(ONNX_MESSAGES).o
	$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer -Isrc/core -MF $@.d -o $@ $(filter-out $(ONNX_MESSAGES).o,$(filter %.c %.o,$^)) $(CORE_LINK)

-include $(CORE_SRCS:src/%.c=build/fuzz/%.d) $(FUZZ_TARGETS:%=build/fuzz/%.d)


# ---- benchmarks -----------------------------------------------------------

# make bench: the core beside PyTorch, Keras and the BLAS alone, then many series
# at once beside PyTorch (alone: make bench-many), and what a second core gives
# (alone: make bench-parallel); it makes the peers an
# environment of their own (some 3 GB).  make growth: do time and memory grow
# linearly with the rows?  All tables of docs/performance.md.
# make bench-call: what a call without options on 400 rows costs, on one core.
.PHONY: bench bench-many bench-parallel bench-call growth
bench: SERIES ?= examples/electric.csv
bench: build/bench/speed build/bench/venv/done all
	@PYTHON=build/bench/venv/bin/python bench/speed.sh $(SERIES)
	@PYTHON=build/bench/venv/bin/python bench/many.sh
	@bench/parallel.sh
bench-many: build/bench/venv/done all
	@PYTHON=build/bench/venv/bin/python bench/many.sh
bench-parallel: all
	@bench/parallel.sh
bench-call: all
	@bench/call.sh
growth: all
	@bench/growth.sh
# make accuracy RECURNET_DATA=FOLDER: forecasts and intervals of a call without
# options on public sets of series, beside published figures and ETS (which is
# given an environment of its own).  PEER=no: without ETS.  The tables of
# docs/accuracy.md.
.PHONY: accuracy
accuracy: all $(if $(filter no,$(PEER)),,build/accuracy/venv/done)
	@PYTHON=$(if $(filter no,$(PEER)),,build/accuracy/venv/bin/python) bench/accuracy.sh
build/accuracy/venv/done: bench/requirements-accuracy.txt
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet -r $<
	@touch $@
build/bench/venv/done: bench/requirements.txt
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet -r $<
	@touch $@

# make reference: docs/reference.md anew, from the comments on what is installed.
.PHONY: reference
reference: all
	@MAKE='$(MAKE)' bash -c '. test/lib.sh; build_and_install > /dev/null'
	@test/cluster.sh bash -c 'psql -X -q -c "CREATE EXTENSION recurnet" && \
		psql -X -q -v ON_ERROR_STOP=1 -f docs/reference.sql > docs/reference.md'

# make reference-networks SERIES=Electric_Production.csv: the tables of
# docs/reference-networks.md.
.PHONY: reference-networks
reference-networks: build/bench/reference_networks
	$< $(SERIES) docs/reference-networks.csv
build/bench/%: bench/%.c bench/bench.h build/unit/core.a $(OPENBLAS) $(ONNX_MESSAGES).o
	@mkdir -p $(@D)
	$(CC) $(CORE_CFLAGS) -Isrc/core -isystem $(OPENBLAS_INC) -o $@ $< build/unit/core.a $(CORE_LINK)


# ---- pictures -------------------------------------------------------------

# make pictures: docs/images, as the extension that is installed draws them.
.PHONY: pictures
pictures:
	@test/cluster.sh psql -X -q -v ON_ERROR_STOP=1 -f examples/load.sql -f examples/pictures.sql


# ---- checks of the build itself -------------------------------------------

.PHONY: check-wall check-symbols
check-wall: $(CORE_SRCS:.c=.o)
	@MAKE='$(MAKE)' test/check-wall.sh $^

check-symbols: all
	@test/check-symbols.sh $(shlib)


# make check-sanitize: the address and undefined sanitizers over the unit tests, and
# over the extension in a server of its own, by all tests that need one.
.PHONY: check-sanitize
check-sanitize:
	@test/setup.sh test
	@$(MAKE) --no-print-directory unit SANITIZE=1
	@MAKE='$(MAKE)' test/sanitize.sh

# make check-faults [FAULTS='kill disk'] [QUICK=1]: what processes, memory, disk and
# clients do at the worst moment; make check-load: many at once.  Each runs in clusters of
# its own, for most of an hour, with QUICK some minutes; see test/faults.  Disk needs root.
FAULTS ?= kill memory disk interrupt
.PHONY: check-faults check-load
check-faults:
	@test/setup.sh test
	@MAKE='$(MAKE)' QUICK='$(QUICK)' test/faults.sh $(FAULTS)
check-load:
	@test/setup.sh test
	@MAKE='$(MAKE)' QUICK='$(QUICK)' test/faults.sh load

# make check-leaks: does the memory of a session that forecasts and trains stay as it
# is?  FORECASTS and TRAININGS say how often.
FORECASTS ?= 10000
TRAININGS ?= 1000
.PHONY: check-leaks
check-leaks:
	@test/setup.sh test
	@MAKE='$(MAKE)' test/leaks.sh $(FORECASTS) $(TRAININGS)

# make check-valgrind [QUICK=1]: unit tests, with QUICK the quick ones, and a session of a
# server under memcheck.
.PHONY: check-valgrind
check-valgrind:
	@test/setup.sh test
	@test/tools.sh valgrind
	@MAKE='$(MAKE)' QUICK='$(QUICK)' test/valgrind.sh

# make check-exchange: files of rn_export in the packages that read them, and files of
# these here; it makes them an environment of their own (some 3 GB).
.PHONY: check-exchange
check-exchange: all build/exchange/venv/done
	@test/setup.sh test
	@MAKE='$(MAKE)' EXCHANGE_PYTHON=build/exchange/venv/bin/python PARTS=exchange test/run.sh
build/exchange/venv/done: test/exchange/requirements.txt
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet -r $<
	@touch $@

# make coverage: lines of the core that unit tests run, lines of the glue that tests in
# a server run; at least 90 and 85 percent.
.PHONY: coverage
coverage:
	@test/setup.sh test
	@MAKE='$(MAKE)' test/coverage.sh

# make check-lint: all sources by gcc and clang without warnings, cppcheck, and
# clang's static analyser.  What these are wrong about is said in place, in a
# comment that begins with "lint:".
LINT_GLUE_CPPFLAGS = $(GLUE_CPPFLAGS) -isystem $(SERVER_HEADERS) -D_GNU_SOURCE
# PostgreSQL's headers are not for cppcheck: which ereport comes back, and which does not.
LINT_EREPORT = -DERROR=21 -DWARNING=19 -DNOTICE=18 -DINFO=17 -DLOG=15 -DDEBUG1=14 \
	'-Dereport(level,...)=((level) >= ERROR ? abort() : (void) 0)' '-Delog(level,...)=ereport(level,)'
LINT_SRCS  := $(CORE_SRCS) $(GLUE_SRCS)
LINT_GCC   ?= gcc
LINT_CLANG ?= clang
CPPCHECK   ?= cppcheck

.PHONY: check-lint $(LINT_SRCS:%=%.lint) cppcheck.lint
check-lint:
	@test/tools.sh $(LINT_GCC) $(LINT_CLANG) $(CPPCHECK)
	@$(MAKE) --no-print-directory -s -k -O -j$(shell nproc) $(LINT_SRCS:%=%.lint) cppcheck.lint
	@echo "check-lint: $(words $(LINT_SRCS)) sources: gcc, clang, its analyser and cppcheck find nothing"

src/core/%.lint: LINT_FLAGS = $(ONNX_CPPFLAGS) -isystem $(OPENBLAS_INC)
src/core/exchange/graph.c.lint: $(ONNX_MESSAGES).h
src/pg/%.lint: LINT_FLAGS = $(LINT_GLUE_CPPFLAGS) -Wno-unused-parameter -Wno-missing-field-initializers
$(LINT_SRCS:%=%.lint): %.lint: %
	@$(LINT_GCC) -std=gnu11 -O3 -Wall -Wextra -Werror $(LINT_FLAGS) $(if $(filter src/pg/%,$<),-Wno-clobbered) -c -o /dev/null $<
	@$(LINT_CLANG) -std=gnu11 -O1 -Wall -Wextra -Werror $(LINT_FLAGS) -c -o /dev/null $<
	@CLANG='$(LINT_CLANG)' test/analyse.sh $< -std=gnu11 $(filter-out -W%,$(LINT_FLAGS))
# Options and shared blocks are found by offsets in bytes, hence the pointer casts.
cppcheck.lint:
	@$(CPPCHECK) --enable=warning,performance,portability --std=c11 --inline-suppr --suppress=invalidPointerCast --quiet --error-exitcode=1 \
		-DPG_VERSION_NUM=150000 $(LINT_EREPORT) -Isrc/core -Isrc src/core src/pg


# ---- Debian packages ------------------------------------------------------

# From the files that git knows, as they are here; debian/control is made for the
# PostgreSQL versions that this release of Debian has.  Nothing is signed.
.PHONY: deb
deb:
	@test/tools.sh g++ dpkg-buildpackage dh dh_pgxs_test
	@rm -rf build/deb && mkdir -p build/deb/recurnet
	@git ls-files -z | xargs -0 cp --parents -t build/deb/recurnet
	@cd build/deb/recurnet && pg_buildext updatecontrol && env -u PG_CONFIG -u MAKEFLAGS -u MAKELEVEL dpkg-buildpackage -us -uc -b
	@rm -rf build/deb/recurnet && ls build/deb/*.deb


# ---- from nothing ---------------------------------------------------------

# setup.sh installs what is missing; the scripts then call make again, which by
# then finds PGXS.
export PG_CONFIG
.PHONY: setup demo test test-matrix check-package
setup:
	@test/setup.sh
demo:
	@test/setup.sh demo
	@MAKE='$(MAKE)' test/demo.sh $(if $(DEMO_DATA),'$(subst ','\'',$(DEMO_DATA))')
test:
	@test/setup.sh test
	@MAKE='$(MAKE)' test/run.sh
test-matrix:
	@test/matrix.sh
check-package:
	@PACKAGE=yes RELEASES='$(or $(RELEASES),bookworm:someone)' test/matrix.sh
