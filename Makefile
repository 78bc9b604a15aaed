# Makefile - builds the chapters, the tests and nothing by name.
#
# A chapter is a folder chapters/chNN-..., a variant a .c file in it, a
# test a file tests/check_*.c: adding a file is all it takes.  A variant
# is compiled as plain C, with the compiler telling of every memory
# access and the linker of every call (REAL in common/intercept); its
# main is renamed and everything else in it made local, so that all
# variants of a chapter live in one program.

CC       = cc
CFLAGS   = -O2 -g
BUILD    = build
SANITIZE =
PACKAGES = gcc libc6-dev binutils libdw-dev libncurses-dev check

STRICT   = -Wall -Wextra -Wshadow -Wstrict-prototypes -Werror
SANITIZER = $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all)
HARNESS_FLAGS = -std=c11 $(STRICT) -Icommon -fno-omit-frame-pointer \
	$(CFLAGS) $(SANITIZER) -pthread -MMD -MP
CLANG    = $(findstring clang,$(shell $(CC) --version 2>/dev/null))
STUDY_FLAGS = $(STRICT) $(filter-out -O% -fsanitize% -std%,$(CFLAGS)) -O0 -g \
	-fno-omit-frame-pointer -fsanitize=thread -fno-pie \
	$(if $(CLANG),-mllvm -tsan-instrument-read-before-write=1) \
	-pthread -MMD -MP
LINK_FLAGS = $(CFLAGS) $(LDFLAGS) $(SANITIZER) -no-pie -pthread \
	-Wl,@$(BUILD)/wrap.ld
LIBRARIES = -ldw -lm

FOLDERS  = $(wildcard chapters/ch[0-9][0-9]*)
CHAPTERS = $(foreach f,$(FOLDERS),$(firstword $(subst -, ,$(notdir $f))))
HARNESS  = $(patsubst %.c,$(BUILD)/%.o,$(wildcard common/*/*.c))
PARTS    = $(filter-out $(BUILD)/common/run/main.o,$(HARNESS))
KIT      = $(patsubst %.c,$(BUILD)/%.o,$(wildcard chapters/kit/*.c))
CHECKS   = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/check_*.c))
BENCHES  = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench_*.c))

all: $(CHAPTERS)

# One program a folder: $(call program,name,folder) -> $(BUILD)/bin/name
define program
$(1)_sources = $$(wildcard $(2)/*.c)
$(1)_objects = $$(patsubst %.c,$(BUILD)/%.variant.o,$$($(1)_sources))
$(BUILD)/bin/$(1): $$($(1)_objects) $(BUILD)/bin/$(1).variants.o $(KIT) \
		$(HARNESS) | $(BUILD)/wrap.ld
	@mkdir -p $$(@D)
	$$(quiet) $(CC) $(LINK_FLAGS) -o $$@ $$^ $(LIBRARIES)
$(BUILD)/bin/$(1).variants.c: $$($(1)_sources) common/run/variants.awk
	@mkdir -p $$(@D)
	@awk -f common/run/variants.awk $$(sort $$($(1)_sources)) >$$@
endef
quiet = @echo '  $(@:$(BUILD)/%=%)';

$(foreach f,$(FOLDERS),$(eval $(call \
	program,$(firstword $(subst -, ,$(notdir $f))),$f)))
$(eval $(call program,programs,tests/programs))

$(CHAPTERS): %: $(BUILD)/bin/%
	@ln -sf $< $@
ch%:
	@echo "There is no chapter $@. There are: $(sort $(CHAPTERS))" >&2; exit 2

$(BUILD)/%.o: %.c $(BUILD)/ready
	@mkdir -p $(@D)
	@$(CC) $(HARNESS_FLAGS) -c -o $@ $<
$(BUILD)/%.variants.o: $(BUILD)/%.variants.c $(BUILD)/ready
	@$(CC) $(HARNESS_FLAGS) -c -o $@ $<
$(BUILD)/chapters/kit/%.o: chapters/kit/%.c $(BUILD)/ready
	@mkdir -p $(@D)
	@$(CC) $(STUDY_FLAGS) -c -o $@ $<
$(BUILD)/%.variant.o: %.c $(BUILD)/ready
	@mkdir -p $(@D)
	@$(CC) $(STUDY_FLAGS) -c -o $@ $<
	@objcopy --redefine-sym main=$(call main_of,$<) \
		--keep-global-symbol=$(call main_of,$<) $@
main_of = variant_$(shell basename $(1) .c | sed 's/^[0-9]*_//;s/[^A-Za-z0-9]/_/g')_main

# Rebuilds when the flags change; names a missing package before cc does.
$(BUILD)/ready: always
	@mkdir -p $(@D)
	@CC='$(CC)' tests/packages.sh || { rm -f $@; exit 1; }
	@echo '$(CC) $(HARNESS_FLAGS) $(STUDY_FLAGS) $(LINK_FLAGS)' >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(BUILD)/tests/check_%: $(BUILD)/tests/check_%.o $(PARTS) $(KIT) | $(BUILD)/wrap.ld
	$(quiet) $(CC) $(LINK_FLAGS) -o $@ $^ $(LIBRARIES) \
		-lcheck -lsubunit -lrt
$(BUILD)/tests/bench_%: $(BUILD)/tests/bench_%.o $(PARTS) $(KIT) | $(BUILD)/wrap.ld
	$(quiet) $(CC) $(LINK_FLAGS) -o $@ $^ $(LIBRARIES)

$(BUILD)/wrap.ld: $(wildcard common/intercept/*.c)
	@sed -n 's/^REAL([^,]*, *\([a-zA-Z0-9_]*\),.*/--wrap=\1/p' $^ >$@

setup:
	@tests/setup.sh $(PACKAGES)
check: $(CHECKS) $(BUILD)/bin/programs $(CHAPTERS:%=$(BUILD)/bin/%)
	@BUILD=$(BUILD) tests/run.sh $(CHECKS)
bench: $(BENCHES)
	@for bench in $(BENCHES); do $$bench || exit; done
plain:
	@for file in $(wildcard chapters/ch*/*.c); do \
		echo "  $$file"; \
		cc -pthread -o /dev/null $$file $(wildcard chapters/kit/*.c) || exit; \
	done
clean:
	@rm -rf build ch[0-9][0-9] try

always:
.PHONY: all always setup check bench plain clean
.SECONDARY:
.DELETE_ON_ERROR:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
