#include "plugin/elf.hpp"

#include <elf.h>

#include <cstring>

namespace herald::plugin {

namespace {

#if defined(__x86_64__)
constexpr auto kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr auto kMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr auto kMachine = EM_RISCV;
#else
#error "add this machine's number from <elf.h>"
#endif

bool inside(std::string_view file, uint64_t offset, uint64_t size) {
  return offset <= file.size() && size <= file.size() - offset;
}

template <class T>
T read(std::string_view file, uint64_t offset) {
  T value;
  std::memcpy(&value, file.data() + offset, sizeof value);
  return value;
}

}  // namespace

base::Result<void> check_elf(std::string_view file) {
  const auto refuse = [](std::string_view why) {
    return base::fail(base::Code::invalid, std::string{why});
  };
  if (file.size() < sizeof(Elf64_Ehdr) || !file.starts_with(ELFMAG))
    return refuse("is not a shared library (no complete ELF header)");
  const auto header = read<Elf64_Ehdr>(file, 0);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != kMachine)
    return refuse("was built for another machine");
  if (header.e_type != ET_DYN) return refuse("is no shared library");
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_shentsize != sizeof(Elf64_Shdr) ||
      header.e_shnum == 0 || header.e_shstrndx >= header.e_shnum)
    return refuse("is damaged (strange ELF header)");
  if (!inside(file, header.e_phoff, uint64_t{header.e_phnum} * sizeof(Elf64_Phdr)) ||
      !inside(file, header.e_shoff, uint64_t{header.e_shnum} * sizeof(Elf64_Shdr)))
    return refuse("is truncated");
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    const auto segment = read<Elf64_Phdr>(file, header.e_phoff + i * sizeof(Elf64_Phdr));
    if (!inside(file, segment.p_offset, segment.p_filesz)) return refuse("is truncated");
  }
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    const auto section = read<Elf64_Shdr>(file, header.e_shoff + i * sizeof(Elf64_Shdr));
    if (section.sh_type != SHT_NOBITS && section.sh_type != SHT_NULL &&
        !inside(file, section.sh_offset, section.sh_size))
      return refuse("is truncated");
    // A symbol table smaller than one symbol would be read past its end.
    if ((section.sh_type == SHT_SYMTAB || section.sh_type == SHT_DYNSYM) && section.sh_size != 0 &&
        section.sh_size < sizeof(Elf64_Sym))
      return refuse("is damaged (strange symbol table)");
  }
  return {};
}

}  // namespace herald::plugin
