# SPDX-License-Identifier: GPL-2.0-only
# Sources that are built outside of the module and the tool, too: by the unit
# tests, the fuzz targets and the benchmarks.

# The classifier, in kmod/
CLASSIFIER_SOURCES := cache.c leaf.c leaf_build.c lookup.c match.c set.c shape.c slots.c

# What knows text, structs and attributes, but no socket, in tools/fwctl/
FWCTL_PURE_SOURCES := err.c json.c model.c parse.c print.c reader.c setforms.c value.c wire.c
