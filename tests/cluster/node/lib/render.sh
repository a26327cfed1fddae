# shellcheck shell=bash
# Fills in the files under config/. Sourced.

# render FILE [NAME=VALUE...]: the file with @NAME@ replaced by the variable of that name.
render() {
  local file=$1 name text
  shift
  [ $# -eq 0 ] || local "$@"
  text=$(<"$HERE/config/$file")
  for name in $(grep --only-matching --extended-regexp '@[A-Z_]+@' "$HERE/config/$file" | tr -d @ | sort --unique); do
    text=${text//@$name@/${!name}}
  done
  printf '%s\n' "$text"
}
