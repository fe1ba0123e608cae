# The doors of this project. Each target first makes what it needs; what is done already costs a moment.
BUILD ?= build
TYPE ?= Release
JOBS ?= $(shell nproc)
export NINJA_STATUS = [%p %f/%t %es] 

.PHONY: help setup build test demo bench check fuzz clean
.NOTPARALLEL:

help:
	@echo 'make setup  install the missing Debian packages, build wasmtime once'
	@echo 'make build  all programs, into $(BUILD)/bin'
	@echo 'make test   build, then every test'
	@echo 'make demo   build, then the demonstration'
	@echo 'make bench  build, then the benchmarks'
	@echo 'make check  the long forms: sanitizers, clang, static analysis, fuzzing, ... (40 minutes)'
	@echo 'make fuzz   libFuzzer on every target for SECONDS (600) each, into build-fuzz (needs clang-19)'
	@echo 'make clean  remove $(BUILD)'

setup:
	@tools/setup.sh

build: setup
	@cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=$(TYPE) >$(BUILD).configure.log 2>&1 \
	  || { cat $(BUILD).configure.log; exit 1; }
	@cmake --build $(BUILD) -j $(JOBS)

test: build
	@ctest --test-dir $(BUILD) --output-on-failure -j2

demo: build
	@$(BUILD)/bin/cloister demo

bench: build
	@$(BUILD)/bin/cloister_bench

check:
	@tools/check.sh

SECONDS ?= 600
fuzz: setup
	@tools/fuzz.sh --seconds $(SECONDS)

clean:
	@rm -rf $(BUILD) $(BUILD).configure.log
