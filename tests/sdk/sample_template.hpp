#pragma once

#include <herald/herald.h>

/// The entry of a template plugin in sample_template.cpp, beside the one the linker sees.
const herald_entry& sample_template_entry();
