# shellcheck shell=bash
# Images of one static program each, without an image builder. Sourced.

# pack IMAGE FILE: writes an archive that `ctr images import` takes, named after the program, to where up looks for it.
pack() {
  local image=$1 name=${2##*/} work digest
  work=$(mktemp -d)
  mkdir "$work/archive"
  install -D --mode 755 "$2" "$work/root/bin/$name"
  mkdir -m 1777 "$work/root/tmp"
  tar --directory "$work/root" --owner 0 --group 0 --numeric-owner --sort name --mtime @0 --create --file "$work/archive/layer.tar" .
  digest=$(sha256sum <"$work/archive/layer.tar")
  cat >"$work/archive/config.json" <<JSON
{
  "architecture": "$(go env GOARCH)",
  "os": "linux",
  "config": {"Entrypoint": ["/bin/$name"], "User": "8737"},
  "rootfs": {"type": "layers", "diff_ids": ["sha256:${digest%% *}"]}
}
JSON
  echo "[{\"Config\": \"config.json\", \"RepoTags\": [\"$image\"], \"Layers\": [\"layer.tar\"]}]" >"$work/archive/manifest.json"
  tar --directory "$work/archive" --create --file "$BUILT/images/$name.tar.part" manifest.json config.json layer.tar
  mv "$BUILT/images/$name.tar.part" "$BUILT/images/$name.tar"
  rm -r "$work"
}
