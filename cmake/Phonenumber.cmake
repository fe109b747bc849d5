# Target Phonenumber::phonenumber: Google's libphonenumber, installed, or unpacked by `./dev setup` into build/deps
# (its -dev package conflicts with Boost 1.81 on Debian 12).
set(unpacked ${PROJECT_SOURCE_DIR}/build/deps/phonenumber/usr)
find_path(PHONENUMBER_INCLUDE phonenumbers/phonenumberutil.h HINTS ${unpacked}/include REQUIRED)
find_library(PHONENUMBER_LIBRARY NAMES phonenumber libphonenumber.so.8 REQUIRED)
find_library(PROTOBUF_LIBRARY protobuf REQUIRED)
add_library(Phonenumber::phonenumber UNKNOWN IMPORTED)
set_target_properties(Phonenumber::phonenumber PROPERTIES
  IMPORTED_LOCATION ${PHONENUMBER_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${PHONENUMBER_INCLUDE}
  INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${PHONENUMBER_INCLUDE}
  INTERFACE_LINK_LIBRARIES ${PROTOBUF_LIBRARY})
