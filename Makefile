# ohmscape: `make help` lists the targets. Everything built goes into build/.

.DEFAULT_GOAL := all
MAKEFLAGS += --no-builtin-rules
BUILD  ?= build
PREFIX ?= /usr/local
CC     ?= cc
CXX    ?= c++
CFLAGS ?= -O3 -g
V      ?= 0
POCL_CACHE ?= $(BUILD)/pocl-cache
JOBS   ?= -j$(shell nproc 2>/dev/null || echo 1)

# The archiver of the same toolchain, and the machine that it compiles for.
ifeq ($(origin AR),default)
AR := $(or $(shell $(CC) -print-prog-name=ar 2>/dev/null),ar)
endif
MACHINE := $(shell $(CC) -dumpmachine 2>/dev/null)

# From the header alone. Until 1.0 a minor version has a soname of its own.
VERSION_PART = $(shell sed -n 's/^.define OHM_VERSION_$(1) \([0-9]*\)$$/\1/p' host/ohmscape.h)
MAJOR   := $(call VERSION_PART,MAJOR)
MINOR   := $(call VERSION_PART,MINOR)
VERSION := $(MAJOR).$(MINOR).$(call VERSION_PART,PATCH)
SONAME  := libohmscape.so.$(MAJOR)$(if $(filter 0,$(MAJOR)),.$(MINOR))

# ---- What is needed ---------------------------------------------------------------------------
# Probe (a shell command that succeeds where the thing is there) @ Debian packages @ what for. A package with
# a ? is done without where apt has none of that name: its tests are skipped then.
define NEEDED_TO_BUILD
command -v cc @ gcc @ the C compiler
command -v pkg-config @ pkg-config @ finding libraries
echo 'int main(void){}' | cc -x c -fopenmp - -o /dev/null @ libc6-dev libgomp1 @ C library and OpenMP
pkg-config --exists OpenCL @ ocl-icd-opencl-dev @ OpenCL loader
echo '#include <CL/cl.h>' | cc -E -  @ opencl-c-headers @ OpenCL headers
ls /etc/OpenCL/vendors/*.icd @ pocl-opencl-icd @ an OpenCL device on any CPU
pkg-config --exists hdf5 @ libhdf5-dev @ state files
pkg-config --exists libcjson @ libcjson-dev @ JSON output
pkg-config --exists zlib @ zlib1g-dev @ compressed data sets
command -v c++ @ g++ @ a C++ compiler, for the viewer's panel
pkg-config --exists glfw3 @ libglfw3-dev @ windows
pkg-config --max-version=3.3.99 glfw3 || ls /usr/lib/*/libdecor/plugins-1/*.so @ libdecor-0-plugin-1-cairo? @ their frames on Wayland
pkg-config --exists x11 @ libx11-dev @ noticing that the X server has ended
ls /usr/include/X11/extensions/Xrandr.h @ libxrandr-dev @ what GLFW's native header includes
pkg-config --exists epoxy @ libepoxy-dev @ OpenGL functions
pkg-config --exists gl @ libgl-dev @ OpenGL
pkg-config --exists egl @ libegl-dev @ OpenGL without a display
ls /usr/lib/*/dri/*_dri.so @ libgl1-mesa-dri libegl-mesa0 libglx-mesa0 @ an OpenGL driver on any machine
pkg-config --exists imgui @ libimgui-dev @ the viewer's panel
pkg-config --exists libpng @ libpng-dev @ pictures, read and written
ls /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf @ fonts-dejavu-core @ the viewer's font
endef
define NEEDED_TO_PLOT
command -v gnuplot @ gnuplot-nox @ plots
endef
define NEEDED_TO_TEST
pkg-config --exists cmocka @ libcmocka-dev @ unit tests
command -v bats @ bats @ command-line tests
ls /usr/include/Random123/philox.h @ librandom123-dev @ another implementation of Philox to compare with
command -v oclgrind @ oclgrind? @ races and bounds in kernels
command -v h5dump @ hdf5-tools @ reading files with another program
command -v jq @ jq @ reading JSON with another program
for p in python3 /usr/bin/python3; do $$p -c 'import numpy, h5py, matplotlib, PIL, jsonschema' && break; done @ python3-numpy python3-h5py python3-matplotlib python3-pil python3-jsonschema @ reading files and pictures with another program
command -v ffmpeg @ ffmpeg @ recording
command -v Xvfb @ xvfb @ a virtual display for windows
command -v xdotool @ xdotool @ simulated mouse and keys
for p in python3 /usr/bin/python3; do $$p -c 'import cffi, numpy, setuptools, wheel, venv, pytest, mypy' && break; done @ python3-pytest python3-mypy @ testing the Python package
for p in python3 /usr/bin/python3; do $$p -c 'import cffi, numpy, setuptools, wheel, venv, jupyter_client, ipykernel' && break; done @ python3-ipykernel @ running notebooks
for p in python3 /usr/bin/python3; do $$p -c 'import cffi, numpy, setuptools, wheel, venv; from importlib.util import find_spec; assert find_spec("torch")' && break; done @ python3-torch? @ networks of PyTorch
endef
# For the interpreter that tests/common.bash and host/python/install take too.
define NEEDED_FOR_PYTHON
for p in python3 /usr/bin/python3; do $$p -c 'import cffi, numpy, setuptools, wheel, venv, ensurepip, sysconfig, os; os.stat(sysconfig.get_path("include") + "/Python.h")' && break; done @ python3-cffi python3-numpy python3-setuptools python3-wheel python3-venv python3-dev @ building the Python package
endef
define NEEDED_TO_LINT
command -v clang-format @ clang-format @ the layout of the code
command -v clang @ clang @ kernels compiled alone
command -v cppcheck @ cppcheck @ static analysis
endef
define NEEDED_FOR_TSAN
command -v clang @ clang @ a compiler whose OpenMP the thread sanitizer understands
echo 'int main(void){}' | clang -fopenmp -fsanitize=thread -x c - -o /dev/null @ libomp-dev libclang-rt-dev @ that OpenMP and the sanitizer
endef
define NEEDED_FOR_ASAN
dpkg -s libc6-dbg @ libc6-dbg @ symbols of leaks in the C library
endef
define NEEDED_FOR_MPI
pkg-config --exists ompi-c @ libopenmpi-dev @ several hosts, by MPI
command -v mpirun @ openmpi-bin @ starting programs on them
endef
export NEEDED_FOR_MPI NEEDED_TO_PLOT NEEDED_FOR_ASAN NEEDED_TO_BUILD NEEDED_TO_TEST NEEDED_TO_LINT NEEDED_FOR_TSAN NEEDED_FOR_PYTHON

# Installs what is missing with apt, or names it.
define INSTALL
missing=$$(printf '%s\n' "$$NEEDED" | while IFS=@ read -r probe package purpose; do \
    sh -c "$$probe" >/dev/null 2>&1 && continue; \
    case $$package in *\?*) package=$${package%\?*}; apt-cache show $$package >/dev/null 2>&1 || continue; esac; \
    echo missing: $$package '-' $$purpose >&2; echo $$package; done); \
[ -z "$$missing" ] && exit 0; \
missing=$$(echo $$missing); \
command -v apt-get >/dev/null || { echo "make: install these (Debian's names), then try again: $$missing" >&2; exit 1; }; \
if [ "$$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi; \
[ -z "$$sudo" ] || command -v sudo >/dev/null || \
  { echo "make: there is no sudo; as root: apt-get install --no-install-recommends $$missing" >&2; exit 1; }; \
echo "make: installing $$missing$${sudo:+ with sudo}" >&2; \
$$sudo apt-get update -qq && \
$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null
endef

deps: ## install what is missing to build
	@NEEDED="$$NEEDED_TO_BUILD"; $(INSTALL)
deps-bench: deps
	@NEEDED="$$NEEDED_TO_PLOT"; $(INSTALL)
deps-mpi: deps
	@NEEDED="$$NEEDED_FOR_MPI"; $(INSTALL)
deps-python: deps
	@NEEDED="$$NEEDED_FOR_PYTHON"; $(INSTALL)
deps-test: deps-bench deps-mpi deps-python
	@NEEDED="$$NEEDED_TO_TEST"; $(INSTALL)
deps-lint: deps-test
	@NEEDED="$$NEEDED_TO_LINT"; $(INSTALL)
deps-asan: deps-test
	@NEEDED="$$NEEDED_FOR_ASAN"; $(INSTALL)
deps-tsan: deps
	@NEEDED="$$NEEDED_FOR_TSAN"; $(INSTALL)

# ---- Compiling --------------------------------------------------------------------------------
# pkg-config is asked when it is needed, not before `deps` has installed it.
PACKAGES = OpenCL hdf5 libcjson libpng zlib
VIEW_PACKAGES = glfw3 epoxy imgui x11
# Tables of parameters leave out what is 0.
WARNINGS = -Wall -Wextra -pedantic -Wmissing-prototypes -Wshadow -Wno-psabi -Wno-missing-field-initializers
WIDE = $(if $(NARROW),,$(filter x86_64-%,$(MACHINE)))
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) -fPIC -fvisibility=hidden -fopenmp $(if $(WIDE),-DOHM_WIDE) \
             -ffp-contract=off $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer -DOHM_SMALL) \
             $(shell pkg-config --cflags $(PACKAGES))
LIBS = $(shell pkg-config --libs $(PACKAGES)) -lm
ALL_LDFLAGS = $(LDFLAGS) -fopenmp $(if $(SANITIZE),-fsanitize=$(SANITIZE))

# The native engine's loops, once for each lane width. -ffp-contract=off stands: fma is spelled out. NARROW=1 leaves
# the wide ones out, which take most of the time of a build.
LANES_1  =
LANES_4  =
LANES_8  = -mavx2 -mfma
LANES_16 = -mavx512f -mavx512dq -mavx512vl -mavx512bw -mprefer-vector-width=512
LANES    = 1 4 $(if $(WIDE),8 16)

# The files of kernels that the library carries.
KERNEL_FILES = crossbar read readout readout_exact network pulses view ceilings

# The library is all of host/ but the command line, the module for MPI and the Python package. Native loops are compiled for each lane width.
LOOPS = host/engine/native/loops host/engine/native/native_ceilings
LIBRARY_SOURCES = $(filter-out host/cli/% host/example/% host/mpi/% host/python/% $(LOOPS:=.c),$(sort $(wildcard host/*/*.c host/*/*/*.c)))
LIBRARY_OBJECTS = $(LIBRARY_SOURCES:%.c=$(BUILD)/%.o) $(foreach loops,$(LOOPS),$(LANES:%=$(BUILD)/$(loops)_%.o)) $(KERNEL_FILES:%=$(BUILD)/kernels/%.o)
CLI_OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(wildcard host/cli/*.c))

# What the programs share of the command line, and the viewer.
KIT_OBJECTS  = $(patsubst %,$(BUILD)/host/cli/%.o,child cli gnuplot guard options progress ranks report rescue setup trouble)
VIEW_OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(filter-out viz/main.c,$(wildcard viz/*.c))) $(BUILD)/viz/ui.o $(KIT_OBJECTS)
BENCH_OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(filter-out bench/main.c,$(wildcard bench/*.c))) $(patsubst %,$(BUILD)/bench/%_py.o,peers peers_models peers_read peers_wires) \
                $(KIT_OBJECTS)
VIEW_LIBS    = $(shell pkg-config --libs $(VIEW_PACKAGES)) -ldl -lpthread
ALL_CXXFLAGS = -std=c++17 -D_GNU_SOURCE -Wall -Wextra $(CFLAGS) -fPIC -fvisibility=hidden \
               $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer) \
               $(shell pkg-config --cflags glfw3 imgui OpenCL)

ifeq ($(V),0)
SAY = @printf '  %-5s %s\n' $(1) $(2);
endif

# The module for several hosts, which alone needs MPI, where that is there.
MPI_PACKAGE = ompi-c
MPI_MODULE  = $(if $(shell pkg-config --exists $(MPI_PACKAGE) 2>/dev/null && echo yes),$(BUILD)/ohmscape-mpi.so)

all: $(BUILD)/ohmscape $(BUILD)/ohmscape-view $(BUILD)/ohmscape-bench $(BUILD)/libohmscape.so.$(VERSION) $(MPI_MODULE) ## build the programs and the library

# Of a library that is unloaded the leak checker knows no names.
ifneq ($(findstring address,$(SANITIZE)),)
KEEP_LIBRARIES = $(BUILD)/tests/keep_libraries.o
KEEP_FLAGS     = -Wl,--export-dynamic-symbol=dlclose
endif

$(BUILD)/ohmscape: $(CLI_OBJECTS) $(KEEP_LIBRARIES) $(BUILD)/libohmscape.a
	$(call SAY,LINK,$@)$(CC) $(ALL_LDFLAGS) $(KEEP_FLAGS) $^ -o $@ $(LIBS)

$(BUILD)/ohmscape-view: $(BUILD)/viz/main.o $(VIEW_OBJECTS) $(KEEP_LIBRARIES) $(BUILD)/libohmscape.a
	$(call SAY,LINK,$@)$(CXX) $(ALL_LDFLAGS) $^ -o $@ $(VIEW_LIBS) $(LIBS)

$(BUILD)/ohmscape-bench: $(BUILD)/bench/main.o $(BENCH_OBJECTS) $(KEEP_LIBRARIES) $(BUILD)/libohmscape.a
	$(call SAY,LINK,$@)$(CC) $(ALL_LDFLAGS) $(KEEP_FLAGS) $^ -o $@ $(LIBS)

$(BUILD)/libohmscape.a: $(LIBRARY_OBJECTS)
	$(call SAY,AR,$@)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/libohmscape.so.$(VERSION): $(LIBRARY_OBJECTS)
	$(call SAY,LINK,$@)$(CC) -shared -Wl,-soname,$(SONAME) $(ALL_LDFLAGS) $^ -o $@ $(LIBS)

mpi: deps-mpi ## build the module for several hosts, which programs load under mpirun and srun
	@$(MAKE) --no-print-directory $(JOBS) $(BUILD)/ohmscape-mpi.so

$(BUILD)/host/mpi/mpi.o: ALL_CFLAGS += $$(pkg-config --cflags $(MPI_PACKAGE))

$(BUILD)/ohmscape-mpi.so: $(BUILD)/host/mpi/mpi.o
	$(call SAY,LINK,$@)$(CC) -shared $(ALL_LDFLAGS) $^ -o $@ $$(pkg-config --libs $(MPI_PACKAGE))

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call SAY,CC,$<)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/%.o: %.cpp $(BUILD)/flags
	@mkdir -p $(@D)
	$(call SAY,CXX,$<)$(CXX) $(ALL_CXXFLAGS) -MMD -MP -c $< -o $@

# Where variables are at each instruction takes GCC a third of its time here, and changes no instruction.
define COMPILE_LANES
@mkdir -p $(@D)
$(call SAY,CC,"$< ($* lanes)")$(CC) $(ALL_CFLAGS) -fno-var-tracking $(LANES_$*) -DOHM_LANES=$* -MMD -MP -c $< -o $@
endef

$(BUILD)/host/engine/native/loops_%.o: host/engine/native/loops.c $(BUILD)/flags
	$(COMPILE_LANES)

$(BUILD)/host/engine/native/native_ceilings_%.o: host/engine/native/native_ceilings.c $(BUILD)/flags
	$(COMPILE_LANES)

# The commit that results name.
$(BUILD)/bench/commit.h: always
	@mkdir -p $(@D); echo "#define COMMIT \"$$(git describe --always --dirty 2>/dev/null || echo unknown)\"" >$@.new; \
	  cmp -s $@.new $@ || cp $@.new $@; rm $@.new

$(BUILD)/bench/machine.o: $(BUILD)/bench/commit.h
$(BUILD)/bench/machine.o: ALL_CFLAGS += -I$(BUILD)/bench

# Texts that a program carries, as an array of bytes that ends in 0: each file of kernels with the headers
# it includes, and the benchmark's peers.
EMBED = { echo "extern const unsigned char $$name[];"; echo "const unsigned char $$name[] = {"; \
          od -An -v -tu1 $< | sed 's/\([0-9][0-9]*\)/\1,/g'; echo '0};'; } >$(@:.o=.c) && \
        $(CC) $(ALL_CFLAGS) -c $(@:.o=.c) -o $@

$(BUILD)/kernels/%.cl: kernels/%.cl $(wildcard kernels/* kernels/models/*)
	@mkdir -p $(@D)
	$(call SAY,EMBED,$@)awk -f kernels/embed.awk $< >$@.new && mv $@.new $@

$(BUILD)/kernels/%.o: $(BUILD)/kernels/%.cl $(BUILD)/flags
	@name=ohm_kernels_$*; $(EMBED)

$(BUILD)/bench/%_py.o: bench/%.py $(BUILD)/flags
	@mkdir -p $(@D); name=ohm_bench_$*; $(EMBED)

# One line where something is missing, instead of what compilers say. Who asks for a file by name may not need
# the viewer.
SOUGHT = $(PACKAGES) $(if $(filter-out all tests install,$(MAKECMDGOALS)),,$(VIEW_PACKAGES))
sought:
	@missing=; for tool in $(firstword $(CC)) pkg-config; do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	  for package in $(SOUGHT); do pkg-config --exists $$package 2>/dev/null || missing="$$missing $$package"; done; \
	  [ -z "$$missing" ] || { echo "make: not found:$$missing; \`make deps\` installs what is needed" >&2; exit 1; }

# Changes when a flag does, and everything with it.
$(BUILD)/flags: always | sought
	@mkdir -p $(@D); echo '$(CC) $(ALL_CFLAGS)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS)' >$@

-include $(shell find $(addprefix $(BUILD)/,host viz bench tests) -name '*.d' 2>/dev/null)

# ---- Running ----------------------------------------------------------------------------------
run: deps ## simulate a 4096 x 4096 crossbar for 200 steps, and draw it and the paper's figure
	@$(MAKE) --no-print-directory $(JOBS) all
	@$(BUILD)/ohmscape run --neurons 4096 --steps 200 --output $(BUILD)/crossbar.h5
	@$(BUILD)/ohmscape view --from $(BUILD)/crossbar.h5 --headless --screenshot $(BUILD)/crossbar.png
	@$(BUILD)/ohmscape figure --output $(BUILD)/figure1.png
	@echo
	@echo 'Try next:'
	@echo '  make view'
	@echo '  $(BUILD)/ohmscape info $(BUILD)/crossbar.h5'
	@echo '  $(BUILD)/ohmscape run --from $(BUILD)/crossbar.h5 --steps 1000 --output $(BUILD)/later.h5'
	@echo '  $(BUILD)/ohmscape view --rows 784 --cols 100 --stimulus spiking:rate=5     # a spiking network'
	@echo '  $(BUILD)/ohmscape run host/example/memory.ini                               # it learns: see README.md'
	@echo '  $(BUILD)/ohmscape models'
	@echo '  $(BUILD)/ohmscape run --help'

view: deps ## watch a 2048 x 2048 crossbar in a window
	@$(MAKE) --no-print-directory $(JOBS) all
	@$(BUILD)/ohmscape view --neurons 2048

bench: deps-bench ## measure this machine for six to nine minutes, into bench/results and build/plots
	@$(MAKE) --no-print-directory $(JOBS) all
	@$(BUILD)/ohmscape bench all --seconds 0.5 --json bench/results --csv $(BUILD)/bench.csv --plot $(BUILD)/plots

# ---- Python -----------------------------------------------------------------------------------
# PYTHON is the interpreter of the environment, VENV a virtual one, made if it is not there.
VENV ?= $(if $(PYTHON),,$(BUILD)/venv)
python: deps-python ## build the Python package and install it into VENV=build/venv, or for PYTHON=/path/to/python3
	@$(MAKE) --no-print-directory $(JOBS) $(BUILD)/libohmscape.a
	@host/python/install "$(BUILD)" "$(PYTHON)" "$(VENV)"

# The interpreter is not built with the sanitizers: their libraries are loaded before it, and what it leaks is its own.
PYTHON_ASAN = BUILD=$(BUILD)/asan CFLAGS='-O1 -g' SANITIZE=address,undefined
python-asan: deps-asan ## test the Python package with a sanitized library, and under Python's debug allocator
	@$(MAKE) --no-print-directory $(PYTHON_ASAN) $(JOBS) $(BUILD)/asan/libohmscape.a $(BUILD)/asan/ohmscape
	@$(MAKE) --no-print-directory $(PYTHON_ASAN) PYTHON= VENV=$(BUILD)/asan/venv python-sanitized

python-sanitized:
	@host/python/install "$(BUILD)" "" "$(VENV)"
	@env $(TEST_ENVIRONMENT) ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 PYTHONMALLOC=debug PYTHONDONTWRITEBYTECODE=1 \
	  LD_PRELOAD="$$($(CC) -print-file-name=libasan.so) $$($(CC) -print-file-name=libubsan.so)" \
	  $(VENV)/bin/python -m pytest -q -c host/python/pyproject.toml host/python/tests

# ---- Testing ----------------------------------------------------------------------------------
include tests/tests.mk

test: deps-test ## run every test
	@$(MAKE) --no-print-directory $(JOBS) all tests
	@$(MAKE) --no-print-directory check

# With the kernels that `make test` has left: PoCL's compiler is not ours to check.
asan: deps-asan ## run the tests under the address and undefined-behaviour sanitizers
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/asan CFLAGS='-O1 -g' SANITIZE=address,undefined $(JOBS) all tests
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/asan CFLAGS='-O1 -g' SANITIZE=address,undefined POCL_CACHE=$(POCL_CACHE) check

check-debian: ## as root, run and test what is committed on bare Debian 12 and 13, each in a folder; takes long
	tests/check_debian bookworm trixie

# The native engine alone: OpenCL runtimes are not built for it.
TSAN = BUILD=$(BUILD)/tsan CC=clang CFLAGS='-O1 -g' SANITIZE=thread
tsan: deps-test deps-tsan ## run the native engine under the thread sanitizer
	@$(MAKE) --no-print-directory $(TSAN) $(JOBS) $(BUILD)/tsan/ohmscape $(BUILD)/tsan/tests/test_embed $(BUILD)/tsan/tests/test_ranks
	@$(MAKE) --no-print-directory $(TSAN) check-tsan

SOURCES = $(shell git ls-files '*.c' '*.h' '*.cl' '*.cpp')
# A kind of kernel with everything in it.
LINT_VARIANT = -DOHM_MODEL=stanford_pku -DOHM_STIMULUS=2 -DOHM_INITIAL=0 -DOHM_FRAME=1 -DOHM_FLUX=1 -DOHM_SINGLE=0 -DOHM_EXTENDED=1 \
            -DOHM_VARIED=1 -DOHM_NOISY=1 -DOHM_FAULTY=1 -DOHM_ADDITIVE=1 -DOHM_NOISY_READ=1 -DOHM_SPREADS=0x88 -DOHM_GROUP=1
lint: deps-lint ## check layout, warnings, kernels alone, and static analysis
	clang-format --dry-run -Werror $(SOURCES)
	tests/layers
	@for p in python3 /usr/bin/python3; do ! $$p -c 'import numpy, mypy' 2>/dev/null || { cd host/python && exec $$p -m mypy --cache-dir=$(abspath $(BUILD))/mypy; }; done
	@for lanes in 1 4 8 16; do echo "clang, kernels at $$lanes lanes"; \
	  clang -x cl -cl-std=CL1.2 -Xclang -finclude-default-header -fsyntax-only -Wall -Wextra -Wno-unused-parameter -Werror \
	    -DOHM_LANES=$$lanes $(LINT_VARIANT) \
	    $(KERNEL_FILES:%=kernels/%.cl) || exit 1; done
	@$(MAKE) --no-print-directory $(if $(filter -Werror,$(CFLAGS)),,BUILD=$(BUILD)/lint CFLAGS='-O3 -Werror') $(JOBS) all tests
	cppcheck -j $$(nproc) --quiet --std=c11 --error-exitcode=1 --enable=warning,performance,portability \
	  --suppress=missingIncludeSystem --suppress=uninitvar:kernels/normal.h -DOHM_LANES=1 host viz bench

# ---- Installing -------------------------------------------------------------------------------
bindir     = $(DESTDIR)$(PREFIX)/bin
libdir     = $(DESTDIR)$(PREFIX)/lib
includedir = $(DESTDIR)$(PREFIX)/include
mandir     = $(DESTDIR)$(PREFIX)/share/man/man1
exampledir = $(DESTDIR)$(PREFIX)/share/doc/ohmscape/examples

install: all $(BUILD)/ohmscape.1 $(BUILD)/ohmscape.pc ## install under PREFIX, /usr/local by default; DESTDIR is honoured
	install -Dm755 $(BUILD)/ohmscape $(bindir)/ohmscape
	install -Dm755 $(BUILD)/ohmscape-view $(bindir)/ohmscape-view
	install -Dm755 $(BUILD)/ohmscape-bench $(bindir)/ohmscape-bench
	install -Dm644 $(BUILD)/libohmscape.a $(libdir)/libohmscape.a
	install -Dm644 $(BUILD)/libohmscape.so.$(VERSION) $(libdir)/libohmscape.so.$(VERSION)
	ln -sf libohmscape.so.$(VERSION) $(libdir)/$(SONAME)
	ln -sf $(SONAME) $(libdir)/libohmscape.so
	install -Dm644 -t $(includedir) $(wildcard host/ohmscape*.h)
	install -Dm644 -t $(exampledir) $(wildcard host/example/*)
	install -Dm644 $(BUILD)/ohmscape.1 $(mandir)/ohmscape.1
	install -Dm644 $(BUILD)/ohmscape.pc $(libdir)/pkgconfig/ohmscape.pc
	$(if $(wildcard $(BUILD)/ohmscape-mpi.so),install -Dm755 $(BUILD)/ohmscape-mpi.so $(libdir)/ohmscape/ohmscape-mpi.so)
	$(RENEW_LOADER)

uninstall: ## remove what install puts there, for the same PREFIX and DESTDIR
	rm -f $(addprefix $(bindir)/,ohmscape ohmscape-view ohmscape-bench) $(libdir)/libohmscape.a $(libdir)/libohmscape.so* \
	  $(addprefix $(includedir)/,ohmscape.h ohmscape_ranks.h ohmscape_train.h ohmscape_cl.h ohmscape_ceiling.h) $(mandir)/ohmscape.1 $(libdir)/pkgconfig/ohmscape.pc
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/ohmscape $(libdir)/ohmscape
	$(RENEW_LOADER)

# The loader looks in its cache alone. Only root can renew it, and it may not know a PREFIX of one's own.
RENEW_LOADER = $(if $(DESTDIR),,PATH="$$PATH:/usr/sbin:/sbin"; ldconfig 2>/dev/null || true)

$(BUILD)/ohmscape.pc: host/ohmscape.pc.in always
	@sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|; s|@PRIVATE@|$(LIBS) -fopenmp|' $< >$@

# The manual's options are what --help prints.
$(BUILD)/ohmscape.1: host/ohmscape.1.in $(BUILD)/ohmscape $(BUILD)/ohmscape-view $(BUILD)/ohmscape-bench
	@for program in ohmscape ohmscape-view ohmscape-bench; do $(BUILD)/$$program --manual-options; done >$@.options
	@sed -e '/@OPTIONS@/{r $@.options' -e 'd;}' -e 's/@VERSION@/$(VERSION)/' $< >$@

clean: ## remove build/
	rm -rf $(BUILD)

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile tests/tests.mk | \
	  while IFS='|' read -r target purpose; do printf '  make %-12s  %s\n' "$$target" "$$purpose"; done

.PHONY: all bench check-debian mpi deps deps-bench deps-mpi deps-python deps-test deps-lint deps-asan deps-tsan python python-asan python-sanitized run view test tests check asan tsan check-tsan lint install uninstall clean help sought always
.SECONDARY:
