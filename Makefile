# Makefile - builds the chapters and the tests, and lists none of them.
#
# A chapter is a folder chapters/chNN-..., a variant is a .c file in it,
# a test is a file tests/check_*.c: adding a file is all it takes.
#
#   make ch07     one chapter, as ./ch07      make setup   what it needs
#   make          all of them                 make check   the tests
#   make plain    each by bare cc -pthread    make bench   what it costs
#   make clean    leaves only the sources     make pictures  the book's
#   make try FILE=mine.c    your own program, as ./try; several files:
#                 FILE="a.c b.c".  CPPFLAGS, CFLAGS, LDFLAGS and LDLIBS
#                 on this command line are for that program alone
#
# CC, CFLAGS, CPPFLAGS and LDFLAGS are yours, on the command line or in
# the environment.  BUILD is the folder to build in, SANITIZE=address
# (or address,undefined) watches over the harness and its tests.
#
# How it works: the code under study (chapters and tests/programs) is
# compiled as plain C, but so that the compiler tells of every access to
# memory and the linker of every call (--wrap, for each REAL line in
# common/intercept).  Each variant's main gets a name of its own and
# everything else in it becomes local, so that all the variants of a
# chapter fit into one program.

BUILD     = build
SANITIZE  =
CFLAGS   ?= -O2 -g
STRICT    = -Wall -Wextra -Wshadow -Wstrict-prototypes -Werror
PACKAGES  = gcc libc6-dev binutils libdw-dev libncurses-dev check \
	libexpat1-dev libjansson-dev
MAKEFLAGS += --no-builtin-rules

TRY       = try
# What is given with `make try` is for the student's program alone.
given     = $(and $(filter try,$(MAKECMDGOALS)),$(filter command,$(origin $(1))))
ours      = $(if $(call given,$(1)),$(2),$($(1)))

# Not -flto: it resolves calls before the linker can wrap them.
fit       = $(filter-out -flto%,$(1))
FLAGS     = $(call fit,$(call ours,CPPFLAGS) $(call ours,CFLAGS,-O2 -g))
SANITIZER = $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all)
HARNESS_FLAGS = -std=c11 $(STRICT) -Icommon $(FLAGS) \
	-fno-omit-frame-pointer $(SANITIZER) -pthread
# No optimization: the student's steps must stay the machine's steps.
CLANG    := $(findstring clang,$(CC) $(shell $(CC) --version 2>/dev/null))
UNFIT     = -O% -std% -fsanitize% -gsplit% -DNDEBUG -D_FORTIFY_SOURCE%
WATCHED   = -O0 -g -fno-omit-frame-pointer -fno-pie -fsanitize=thread \
	$(if $(CLANG),-mllvm -tsan-instrument-read-before-write=1) -pthread
STUDY_FLAGS = $(STRICT) $(filter-out $(UNFIT),$(FLAGS)) $(WATCHED)
TRY_UNFIT = -Werror% $(filter-out -std% -DNDEBUG,$(UNFIT))
TRY_FLAGS = -Wall -Wextra $(filter-out $(TRY_UNFIT), \
	$(call fit,$(CPPFLAGS) $(CFLAGS))) $(WATCHED)
LINK_FLAGS = $(FLAGS) $(LDFLAGS) $(SANITIZER) -no-pie -Wl,-z,now -pthread \
	-Wl,@$(BUILD)/wrap.ld
LIBRARIES = -ldw -lncursesw -lm
CHECK_LIBRARIES = -lcheck -lsubunit -lrt -lexpat -ljansson

objects   = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)))
FOLDERS  := $(sort $(dir $(wildcard chapters/ch[0-9][0-9]*/*.c)))
chapter   = $(firstword $(subst -, ,$(notdir $(1:/=))))
CHAPTERS := $(foreach folder,$(FOLDERS),$(call chapter,$(folder)))
PROGRAMS := $(CHAPTERS) $(if $(wildcard tests/programs/*.c),programs)
HARNESS  := $(call objects,common/*/*.c)
KIT      := $(call objects,chapters/kit/*.c)
MAIN      = $(BUILD)/common/run/main.o
PARTS     = $(BUILD)/common.a $(BUILD)/wrap.ld
UNSEEN    = common/run/unseen.sh common/intercept/unseen.txt $(BUILD)/wrap.ld
CHECKS   := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/check_*.c))
BENCHES  := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench_*.c))
plain     = $(patsubst chapters/%.c,$(BUILD)/plain/%$(2),$(wildcard $(1)))
PLAIN    := $(call plain,chapters/ch*/*.c)
PLAINKIT := $(call plain,chapters/kit/*.c,.o)

all: $(CHAPTERS)

# A target appears whole or not at all, even if two makes run at once.
whole = new=$@.$$$$; mkdir -p $(@D) && $(1) && mv $$new $@ || \
	{ rm -f $$new*; exit 1; }
compile = $(CC) $(1) -MMD -MP -MT $@ -MF $$new.d -c -o $$new $< && \
	mv $$new.d $(@:.o=.d)
# A group: libcheck calls wrappers, though no other part may need them.
link = $(CC) $(LINK_FLAGS) -o $$new $(filter %.o,$^) -Wl,--start-group \
	$(filter %.a,$^) $(1) -Wl,--end-group $(LIBRARIES)
say = echo '  $(@:$(BUILD)/%=%)'

# $(call program,name,folder): one program of all the folder's variants.
# The folder itself is a prerequisite as it changes when a file goes.
define program
$(1)_objects := $(call objects,$(2)*.c)
$(BUILD)/bin/$(1): $$($(1)_objects) $(BUILD)/bin/$(1).variants.o \
		$(KIT) $(MAIN) $(PARTS)
	@$$(say); $$(call whole,$$(link))
$(BUILD)/bin/$(1).variants.c: $(sort $(wildcard $(2)*.c)) $(2) \
		common/run/variants.awk $$($(1)_objects) $(UNSEEN)
	@$$(call whole,$$(find_unseen) && cut -f 2- $$$$new.unseen >&2 && \
		awk -v unseen=$$$$new.unseen -f common/run/variants.awk \
		$$(filter %.c,$$^) >$$$$new && rm $$$$new.unseen)
$$($(1)_objects): $(BUILD)/%.o: %.c $(BUILD)/ready
	@$$(call whole,$$(call compile,$$(STUDY_FLAGS)) && $$(rename_main))
endef
find_unseen = common/run/unseen.sh $(BUILD)/wrap.ld \
	$(foreach o,$(filter %.o,$^),$(o:$(BUILD)/%.o=%.c) $o) >$$new.unseen
rename_main = name=$$(basename $< .c | sed 's/^[0-9]*_//; s/[^A-Za-z0-9]/_/g') \
	&& objcopy --redefine-sym main=variant_$${name}_main \
		--keep-global-symbol=variant_$${name}_main $$new

$(foreach f,$(FOLDERS),$(eval $(call program,$(call chapter,$f),$f)))
$(eval $(call program,programs,tests/programs/))

$(CHAPTERS): %: $(BUILD)/bin/% always
	@[ "$$(readlink $@)" = '$<' ] || ln -sfn '$<' $@
$(addsuffix %,$(addprefix ch,0 1 2 3 4 5 6 7 8 9)):
	@echo 'There is no chapter $@. There are: $(CHAPTERS)' >&2; exit 2

$(BUILD)/%.o: %.c $(BUILD)/ready
	@$(call whole,$(call compile,$(HARNESS_FLAGS)))
$(BUILD)/%.o: $(BUILD)/%.c $(BUILD)/ready
	@$(call whole,$(call compile,$(HARNESS_FLAGS)))
$(KIT): $(BUILD)/%.o: %.c $(BUILD)/ready
	@$(call whole,$(call compile,$(STUDY_FLAGS)))
$(BUILD)/common.a: $(filter-out $(MAIN),$(HARNESS))
	@$(call whole,ar rcs $$new $^)
$(CHECKS): %: %.o $(KIT) $(PARTS)
	@$(say); $(call whole,$(call link,$(CHECK_LIBRARIES)))
$(BENCHES): %: %.o $(PLAINKIT) $(PARTS)
	@$(say); $(call whole,$(link))
$(PLAIN): $(BUILD)/plain/%: chapters/%.c $(PLAINKIT)
	@$(say); $(call whole,$(CC) -pthread -o $$new $< \
		$$(grep -q '"../kit/' $< && echo $(PLAINKIT)))
$(PLAINKIT): $(BUILD)/plain/%.o: chapters/%.c $(wildcard chapters/kit/*.h) \
		| compiler
	@$(call whole,$(CC) -pthread -c -o $$new $<)

wraps = s/^REAL([^,]*, *\([A-Za-z0-9_]*\),.*/--wrap=\1/p
$(BUILD)/wrap.ld: common/intercept $(wildcard common/intercept/*.c)
	@$(call whole,sed -n '$(wraps)' $(filter %.c,$^) >$$new)

# A student's own program: a script, as names may have anything in them.
# The link is looked at first: no program but the one asked for stays.
try try-files: export FILES = $(value FILE)
try try-files: export TRY := $(TRY)
try try-files: export BUILD := $(BUILD)
try: export COMPILE = $(CC) $(TRY_FLAGS) -c
try: export COMPILE_TABLE = $(CC) $(HARNESS_FLAGS) -c
try: export LINK = $(CC) $(LINK_FLAGS)
try: export LIBRARIES_OF_TRY = $(LDLIBS) $(LIBRARIES)
try: try-files $(MAIN) $(PARTS) $(UNSEEN) common/run/variants.awk
	@common/try.sh build && $(say)
try-files:
	@common/try.sh files

# What was asked for when this file changed: other flags, and everything
# is built again.  A missing package is named here, not by the compiler.
$(BUILD)/ready: export ASKED = $(CC) $(HARNESS_FLAGS) $(STUDY_FLAGS) \
	$(call ours,LDFLAGS)
$(BUILD)/ready: always
	@mkdir -p $(@D); echo "$$ASKED" | cmp -s - $@ || \
		{ CC='$(CC)' common/packages.sh $(PACKAGES) && \
		echo "$$ASKED" >$@; }

compiler $(BUILD)/ready: | $(filter setup,$(MAKECMDGOALS))
compiler:
	@CC='$(CC)' common/packages.sh gcc libc6-dev
setup:
	@CC='$(CC)' common/packages.sh --install $(PACKAGES)
check: $(CHECKS) $(PROGRAMS:%=$(BUILD)/bin/%)
	@BUILD=$(BUILD) tests/run.sh $(CHECKS)
bench: $(BENCHES)
	@for bench in $(BENCHES); do $$bench || exit; done
pictures: $(CHAPTERS:%=$(BUILD)/bin/%)
	@BUILD=$(BUILD) pictures/draw.sh pictures
plain: $(PLAIN)
clean:
	@rm -rf $(BUILD) ch[0-9][0-9] try

.PHONY: all always compiler setup check bench pictures plain clean try try-files
$(if $(filter clean,$(MAKECMDGOALS)),.NOTPARALLEL:)
.SECONDARY:
.DELETE_ON_ERROR:
-include $(wildcard $(BUILD)/*/*.d $(BUILD)/*/*/*.d)
