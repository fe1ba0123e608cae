// A task from request to result: what users, chain and enclaves must agree on to the byte.
#pragma once

#include "protocol/receipt.hpp"
#include "protocol/request.hpp"
