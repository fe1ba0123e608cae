// A task in words: what the chain recorded of a request and its result, for every command that
// shows one.
#pragma once

#include <optional>
#include <string>

#include "client/task.hpp"
#include "codec/json/writer.hpp"
#include "protocol/task.hpp"

namespace cloister::app {

// The receipt's fields as members of an object.
void write_receipt(json::Writer& w, const protocol::Receipt& receipt);
// The receipt's fields as (name, value) lines for people.
std::vector<std::pair<std::string, std::string>> receipt_rows(const protocol::Receipt& receipt);

// Prints what a task gave back: its outcome and output.
void write_opened(json::Writer& w, TaskId task, const protocol::Receipt& receipt,
                  const client::Opened& opened);

}  // namespace cloister::app
