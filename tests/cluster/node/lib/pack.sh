# shellcheck shell=bash
# Images of one static program each, without an image builder. Sourced.

# pack IMAGE PROGRAM: writes an archive that `ctr images import` takes.
pack() {
  local image=$1 program=$2 work digest
  work=$(mktemp -d)
  mkdir -p "$work/root/bin" "$work/archive"
  mkdir -m 1777 "$work/root/tmp"
  cp "$BUILT/bin/$program" "$work/root/bin/"
  tar --directory "$work/root" --owner 0 --group 0 --numeric-owner --sort name --mtime @0 --create --file "$work/archive/layer.tar" .
  digest=$(sha256sum <"$work/archive/layer.tar")
  cat >"$work/archive/config.json" <<JSON
{
  "architecture": "$(go env GOARCH)",
  "os": "linux",
  "config": {"Entrypoint": ["/bin/$program"], "User": "8737"},
  "rootfs": {"type": "layers", "diff_ids": ["sha256:${digest%% *}"]}
}
JSON
  echo "[{\"Config\": \"config.json\", \"RepoTags\": [\"$image\"], \"Layers\": [\"layer.tar\"]}]" >"$work/archive/manifest.json"
  tar --directory "$work/archive" --create --file "$BUILT/images/$program.tar" manifest.json config.json layer.tar
  rm -r "$work"
}
