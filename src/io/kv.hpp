// The disk: an ordered key-value store (RocksDB) with atomic batches, tuned for a small footprint.
// One process at a time; calls from one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "io/error.hpp"

namespace rocksdb {
class Env;
}

namespace cloister::io {

// Written: survives the end of the process at any instruction. Synced: survives a power cut too.
enum class Durability { Written, Synced };

// Changes that happen together or not at all; a later change of a key wins.
class Batch {
  public:
    struct Change {
        Bytes key;
        std::optional<Bytes> value;  // nothing: erase
    };

    void put(ByteView key, ByteView value) { changes_.push_back({to_bytes(key), to_bytes(value)}); }
    void erase(ByteView key) { changes_.push_back({to_bytes(key), std::nullopt}); }
    bool empty() const { return changes_.empty(); }
    const std::vector<Change>& changes() const { return changes_; }

  private:
    std::vector<Change> changes_;
};

struct KeyAndValue {
    Bytes key;
    Bytes value;
    friend bool operator==(const KeyAndValue&, const KeyAndValue&) = default;
};

// What lies below the store: this machine's disk unless a test puts another there.
struct DiskOptions {
    rocksdb::Env* env = nullptr;
    std::size_t memtable_bytes =
        0;  // written out as a table when full; 0: as the database's size asks
};

class KeyValue {
  public:
    // Makes the directory if it is missing. Busy while another process has it open.
    static Result<KeyValue, Error> open(const std::string& path, const DiskOptions& disk = {});
    ~KeyValue();
    KeyValue(KeyValue&&) noexcept;
    KeyValue& operator=(KeyValue&&) noexcept;

    // Nothing if the key is absent. An error means that the disk cannot say, which is not the same.
    Result<std::optional<Bytes>, Error> get(ByteView key) const;
    // On an error nothing of the batch is visible.
    Result<void, Error> write(const Batch& batch, Durability durability);
    // The first `limit` entries in key order whose key begins with `prefix` and is not below
    // `from`.
    Result<std::vector<KeyAndValue>, Error> scan(ByteView prefix, ByteView from,
                                                 std::size_t limit) const;
    Result<std::vector<KeyAndValue>, Error> scan(ByteView prefix, std::size_t limit) const {
        return scan(prefix, prefix, limit);
    }

  private:
    struct Database;
    explicit KeyValue(std::unique_ptr<Database> database);
    std::unique_ptr<Database> database_;
};

}  // namespace cloister::io
