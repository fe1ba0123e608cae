// The pallets' declarations, gathered for the table of all of them.
#pragma once

#include "runtime/attestation/attestation.hpp"
#include "runtime/balances/balances.hpp"
#include "runtime/governance/governance.hpp"
#include "runtime/grandpa/grandpa.hpp"
#include "runtime/phala_registry/registry.hpp"
#include "runtime/phat_contracts/contracts.hpp"
#include "runtime/stake/stake.hpp"
#include "runtime/system/system.hpp"
#include "runtime/tasks/tasks.hpp"
#include "runtime/timestamp/timestamp.hpp"
#include "runtime/transaction_payment/transaction_payment.hpp"
