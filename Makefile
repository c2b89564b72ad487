# SPDX-License-Identifier: GPL-2.0-only
# For people. The module itself is described by Kbuild, so that DKMS and
# "make -C $KDIR M=$PWD" need nothing of this.

SHELL := /bin/bash

# Headers to build the module against; scripts/lib.sh chooses the newest
# generic ones of the distribution.
ifndef KDIR
KDIR = $(shell . scripts/lib.sh && kdir)
else
export KDIR
endif
PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
UNITDIR ?= $(PREFIX)/lib/systemd/system
version := $(shell cat VERSION)
release = $(shell . scripts/lib.sh && krelease $(KDIR))
dkms = $(DESTDIR)/usr/src/brfw-$(version)
unit_file = $(DESTDIR)$(UNITDIR)/brfw.service

kbuild = $(if $(KDIR),,$(error no kernel headers found: run "make setup"))$(MAKE) -C $(KDIR) M=$(CURDIR)

all: modules tools

help:
	@echo 'Each of these does all of its own set-up:'
	@echo '  make demo       the firewall at work on real traffic, in a virtual machine'
	@echo '  make check      all tests; ends with "N passed, N failed, N skipped"'
	@echo '  make check-matrix      scenarios on newer kernels: the backported one and the newest'
	@echo '  make check-transparency    the kernel'"'"'s own tests of the bridge, with brfw and without'
	@echo '  make check-sanitize    scenarios on kernels that find what others bear with'
	@echo '  make check-sanitize-prove    bugs planted in copies of the module are found there'
	@echo '  make check-arch   other machines: big-endian, 32-bit; user space, and the module built for them'
	@echo '  make coverage   how much of the module the scenarios run'
	@echo '  make fuzz       fuzzing in user space; TIME=SECONDS for all of it (600)'
	@echo '  make bench      what it costs, against other firewalls; B="PART..." R="ROW..." for some of it'
	@echo 'Steps:'
	@echo '  make setup      install what is missing (apt), fetch the kernel of the virtual machine'
	@echo '  make            modules and tools'
	@echo '  make modules    brfw.ko; KDIR=, W=1, C=1, V=1 as in the kernel'
	@echo '  make tools      build/fwctl/fwctl'
	@echo '  make install    module, fwctl, its manual page and a unit of systemd (PREFIX=, DESTDIR=)'
	@echo '  make install-dkms    sources of the module, for DKMS'
	@echo '  make uninstall'
	@echo '  make clean'
	@echo 'Single tiers of the tests, without set-up:'
	@echo '  make unit       host unit tests'
	@echo '  make sparse     static check of the module'
	@echo '  make vm         all scenarios in the virtual machine'
	@echo '  make vm-one T=NAME    one of them, with its output; E="VAR=VALUE..." for it'
	@echo '  make vm-prove   the harness itself: each way to fail must be noticed'
	@echo '  make -C selftests run_tests    the scenarios on this machine, module loaded'

setup:
	@scripts/setup.sh

check:
	@scripts/check.sh

check-matrix:
	@scripts/setup.sh zstd
	@$(MAKE) tools selftests >/dev/null
	@scripts/check.sh matrix

check-transparency:
	@scripts/transparency.sh

check-sanitize: sanitizers
	@scripts/check.sh sanitize

check-sanitize-prove: sanitizers
	@scripts/check.sh prove

check-arch:
	@scripts/arch.sh
	@scripts/check.sh machines

coverage: kinds := uml
coverage: sanitizers
	@scripts/check.sh coverage@uml

sanitizers:
	@scripts/setup.sh bc bison flex libelf-dev
	@$(MAKE) tools selftests >/dev/null
	@scripts/sanitize.sh $(or $(kinds),uml x86)

demo:
	@scripts/demo.sh

fuzz:
	@scripts/setup.sh
	+$(MAKE) -C selftests/fuzz run TIME=$(or $(TIME),600)

bench:
	@ROWS='$(R)' bench/bench.sh $(B)

modules:
	+$(kbuild) modules

sparse:
	@scripts/check.sh sparse

unit:
	$(MAKE) -C selftests/unit check

tools:
	$(MAKE) -C tools

selftests:
	$(MAKE) -C selftests

vm: modules tools selftests
	@scripts/check.sh vm

vm-one: modules tools selftests
	@selftests/vm/run.sh --name $(T) -- env $(E) selftests/vm/scenarios.sh $$($(MAKE) -s --no-print-directory -C selftests list T=$(T))

vm-prove:
	@selftests/vm/prove.sh

install: modules tools
	+$(kbuild) modules_install $(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR))
	$(if $(DESTDIR),,/sbin/depmod -a $(release))
	$(MAKE) -C tools install PREFIX=$(PREFIX) SBINDIR=$(SBINDIR) DESTDIR=$(DESTDIR)
	mkdir -p $(dir $(unit_file))
	sed 's,@SBINDIR@,$(SBINDIR),' packaging/brfw.service.in >$(unit_file)

install-dkms:
	mkdir -p $(dkms)/kmod $(dkms)/uapi/linux
	cp Kbuild VERSION COPYING $(dkms)
	cp kmod/*.[ch] $(dkms)/kmod
	cp uapi/linux/*.h $(dkms)/uapi/linux
	sed 's,@VERSION@,$(version),' packaging/dkms.conf.in >$(dkms)/dkms.conf

uninstall:
	rm -rf $(dkms)
	rm -f $(unit_file) $(addprefix $(DESTDIR)/lib/modules/$(release)/,extra/brfw.ko* updates/brfw.ko*)
	$(MAKE) -C tools uninstall PREFIX=$(PREFIX) SBINDIR=$(SBINDIR) DESTDIR=$(DESTDIR)
	$(if $(DESTDIR),,/sbin/depmod -a $(release))

clean:
	$(if $(KDIR),+$(kbuild) clean)
	rm -rf build

.PHONY: all help setup check check-matrix check-transparency check-sanitize check-sanitize-prove check-arch coverage sanitizers demo fuzz bench modules sparse unit tools selftests vm vm-one vm-prove install install-dkms uninstall clean
