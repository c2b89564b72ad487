# SPDX-License-Identifier: GPL-2.0-only
#
# Unit tests of fwctl, for inclusion by the makefile here; or alone:
#
#   make -f fwctl.mk          builds into build/unit
#   make -f fwctl.mk run      and runs them

fwctl_mk	:= $(lastword $(MAKEFILE_LIST))
fwctl_top	:= $(abspath $(dir $(abspath $(fwctl_mk)))/../..)
include $(dir $(fwctl_mk))sources.mk
# Another copy of the tool may be tested.
FWCTL		?= $(fwctl_top)/tools/fwctl
fwctl_src	:= $(FWCTL)
fwctl_unit	:= $(fwctl_top)/selftests/unit
UNIT_O		?= $(fwctl_top)/build/unit
PKG_CONFIG	?= pkg-config

FWCTL_UNIT_PROGS := $(UNIT_O)/parse_test $(UNIT_O)/fwctl_err_test
UNIT_PROGS	 += $(FWCTL_UNIT_PROGS)

fwctl_o		:= $(UNIT_O)/fwctl
fwctl_sources	:= $(wildcard $(fwctl_src)/*.c)
fwctl_objects	:= $(patsubst $(fwctl_src)/%.c,$(fwctl_o)/%.o,$(fwctl_sources))
fwctl_pure	:= $(addprefix $(fwctl_o)/,$(FWCTL_PURE_SOURCES:.c=.o))

fwctl_sanitize	:= -fsanitize=address,undefined -fno-sanitize-recover=all
fwctl_cflags	:= -std=gnu11 -D_GNU_SOURCE -O1 -g -Wall -Wextra $(if $(WERROR),-Werror) \
		   $(fwctl_sanitize) -fno-omit-frame-pointer \
		   -I $(fwctl_top)/uapi -I $(fwctl_src) -DFWCTL_VERSION='"unit"' \
		   $(shell $(PKG_CONFIG) --cflags libmnl jansson)
fwctl_libs	:= $(shell $(PKG_CONFIG) --libs libmnl jansson)

.PHONY: fwctl-unit fwctl-unit-run
fwctl-unit: $(FWCTL_UNIT_PROGS)

fwctl-unit-run: fwctl-unit
	@set -e; for prog in $(FWCTL_UNIT_PROGS); do echo "# $${prog##*/}"; $$prog; done

ifeq ($(firstword $(MAKEFILE_LIST)),$(fwctl_mk))
.PHONY: run
run: fwctl-unit-run
endif

$(UNIT_O)/parse_test: $(fwctl_o)/parse_test.o $(fwctl_pure)
	$(CC) $(fwctl_sanitize) $(LDFLAGS) -o $@ $^ $(fwctl_libs)

# Has functions in place of those of libmnl that use a socket.
$(UNIT_O)/fwctl_err_test: $(fwctl_o)/fwctl_err_test.o $(fwctl_objects)
	$(CC) $(fwctl_sanitize) $(LDFLAGS) -o $@ $^ $(fwctl_libs)

# Reads the examples of the manual page.
$(fwctl_o)/parse_test.o: fwctl_cflags += -DFWCTL_MANUAL='"$(fwctl_top)/docs/fwctl.8"'

# The test calls the tool, so the tool can't be called main.
$(fwctl_o)/main.o: fwctl_cflags += -Dmain=fwctl_main

$(fwctl_o)/%.o: $(fwctl_src)/%.c | $(fwctl_o)
	$(CC) $(fwctl_cflags) -MMD -MP -c -o $@ $<

$(fwctl_o)/parse_test.o $(fwctl_o)/fwctl_err_test.o: $(fwctl_o)/%.o: $(fwctl_unit)/%.c | $(fwctl_o)
	$(CC) $(fwctl_cflags) -MMD -MP -c -o $@ $<

$(fwctl_o):
	mkdir -p $@

-include $(wildcard $(fwctl_o)/*.d)
