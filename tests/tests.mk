# The tests: one cmocka program for each tests/test_*.c, and the command-line tests tests/*.bats.

TEST_PROGRAMS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c))
TEST_SUPPORT  = $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/probe_lanes.c tests/keep_libraries.c,$(filter-out tests/test_%.c,$(wildcard tests/*.c)))) \
                $(LANES:%=$(BUILD)/tests/probe_lanes_%.o)

tests: $(TEST_PROGRAMS)

include tests/layer/layer.mk

# What a test needs beside the library.
$(BUILD)/tests/test_pictures: $(patsubst %,$(BUILD)/viz/%.o,colormap png record)
$(BUILD)/tests/test_pictures: TEST_LIBS = $$(pkg-config --libs libpng)
$(BUILD)/tests/test_learning_view: $(patsubst %,$(BUILD)/viz/%.o,raster ticks tiles)
$(BUILD)/tests/test_bench: $(patsubst %,$(BUILD)/bench/%.o,samples results digests moments)

$(BUILD)/tests/test_%: $(BUILD)/tests/test_%.o $(TEST_SUPPORT) $(BUILD)/libohmscape.a
	$(call SAY,LINK,$@)$(CC) $(ALL_LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) -o $@ $(TEST_LIBS) $(LIBS) $$(pkg-config --libs cmocka)

$(BUILD)/tests/probe_lanes_%.o: tests/probe_lanes.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call SAY,CC,"$< ($* lanes)")$(CC) $(ALL_CFLAGS) $(LANES_$*) -DOHM_LANES=$* -MMD -MP -c $< -o $@

# Two tests run at once, each with a thread a processor: threads that spin while they wait took a fifth of the
# processors' time.
# Leaks inside drivers and runtimes are not ours to mend: lsan.txt names them. Without use_tls=0 the leak
# checker itself crashes now and then after PoCL has compiled.
TEST_ENVIRONMENT = POCL_CACHE_DIR=$(abspath $(POCL_CACHE)) OMP_WAIT_POLICY=passive OHMSCAPE=$(BUILD)/ohmscape BUILD=$(BUILD) SANITIZE=$(SANITIZE) \
                   ASAN_OPTIONS=detect_stack_use_after_return=0 LSAN_OPTIONS=suppressions=$(abspath tests/lsan.txt):print_suppressions=0:use_tls=0

# make check SKIP='view.bats test_digests' leaves these out.
RUN = $(filter-out $(SKIP:%=tests/%) $(SKIP:%=$(BUILD)/tests/%),$(wildcard tests/*.bats) $(TEST_PROGRAMS))

# The longest first, so that no processor waits for one at the end.
LONGEST = test_scenes test_view bench.bats python.bats oclgrind.bats view.bats files.bats test_digests window.bats cli.bats test_models experiment.bats
IN_ORDER = $(foreach name,$(LONGEST),$(filter %/$(name),$(RUN))) $(filter-out $(LONGEST:%=tests/%) $(LONGEST:%=$(BUILD)/tests/%),$(RUN))

check: ## run the tests that are built, without building
	@mkdir -p $(POCL_CACHE); rm -f $(BUILD)/tests/*.count $(BUILD)/tests/*.out
	@printf '%s\n' $(IN_ORDER) | env $(TEST_ENVIRONMENT) xargs -n 1 -P $$(($$(nproc) + 1)) tests/run_one; \
	  status=$$?; tests/tally $(BUILD)/tests && exit $$status

# Clang's OpenMP tells the thread sanitizer (through Archer) what its barriers and locks order; the
# runtime itself is not instrumented.
check-tsan:
	@for options in '-n 300 --flux' '--rows 700 --cols 200 --memory 256KiB' '-n 65 --model sin-resistance --band-rows 7' '--rows 1 --cols 100000'; do \
	  for lanes in 1 4 auto; do \
	    OMP_NUM_THREADS=4 TSAN_OPTIONS=ignore_noninstrumented_modules=1:exitcode=66 \
	    $(BUILD)/ohmscape run --device native --quiet --steps 40 --every 8 --output $(BUILD)/state.h5 \
	      --lanes $$lanes $$options || exit 1; done; done
	OHMSCAPE_NATIVE_ONLY=1 TSAN_OPTIONS=ignore_noninstrumented_modules=1:exitcode=66 $(BUILD)/tests/test_embed
	TSAN_OPTIONS=ignore_noninstrumented_modules=1:exitcode=66 $(BUILD)/tests/test_ranks
	@echo 'no data race in the native engine'
