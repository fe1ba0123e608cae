// The disk below RocksDB, made to fail: it runs full, refuses one operation, or loses power at one;
// and after a power cut it forgets names and bytes that were not synced.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <memory>
#include <string>

namespace cloister::crash {

enum class Fault {
    None,
    PowerCut,  // this operation and all later ones fail
    Full,      // this one and all later ones that need room fail
    Once,      // this one alone fails
};
enum class Names { Kept, Lost };        // created and renamed ones whose directory was not synced
enum class Tails { Kept, Torn, Lost };  // bytes behind the last sync of a file

class FaultyDisk {
  public:
    FaultyDisk();
    ~FaultyDisk();

    void reset();  // to a sound one that remembers nothing
    rocksdb::Env* env() { return env_.get(); }
    // Operations that change the disk are counted from 0, anew at each call of this.
    void plan(Fault fault, std::size_t operation);
    std::size_t operations() const;
    // What a power cut could take now.
    bool has_unsynced_names() const;
    bool has_unsynced_tails() const;
    // With the database closed: what is left of it when power comes back.
    void cut_power(Names names, Tails tails);

    class Files;

  private:
    std::shared_ptr<Files> files_;
    std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace cloister::crash
