#!/bin/bash
# get-asterisk.sh 16|22 DEST
#
# Unpacks a real Asterisk and SIPp from Debian's packages into DEST (Asterisk 16 from bullseye, 22
# from forky). Nothing is installed on the machine, no root is needed, and everything comes from the
# mirror that this machine's own apt uses.
# DEST/bin/asterisk and DEST/bin/sipp run them; DEST/VERSIONS says what they are.
# A second call returns at once. Exit 3: this machine cannot have it; the last line says why.
set -euo pipefail

cannot() { echo "$1" >&2; exit 3; }

version=${1:?usage: $0 16|22 DEST}
dest=$(realpath -m "${2:?usage: $0 16|22 DEST}")
packages="asterisk asterisk-core-sounds-en-gsm sip-tester"
case $version in
  16) suite=bullseye; packages+=" asterisk-voicemail" ;;
  22) suite=forky ;;
  *) echo "unknown version $version: 16 or 22" >&2; exit 2 ;;
esac

for tool in apt-get dpkg-deb flock; do
  command -v $tool >/dev/null || cannot "$tool is missing: Debian's packages cannot be unpacked here"
done
[ "$(dpkg --print-architecture)" = amd64 ] || cannot "this machine is not amd64"

mkdir -p "$dest"
exec 9>"$dest/.lock"
flock 9
# A newer script may unpack other packages: what an older one left is done again.
stamp=$(sha256sum <"$0" | cut -c1-12)
if grep -qs "^unpacked by $stamp$" "$dest/VERSIONS"; then exit 0; fi

mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep -E '/debian/?$' | head -n 1) || true
[ -n "$mirror" ] || cannot "apt on this machine knows no Debian mirror"
keyring=$(ls /usr/share/keyrings/debian-archive-keyring.{gpg,pgp} 2>/dev/null | head -n 1) || true
[ -n "$keyring" ] || cannot "the package debian-archive-keyring is missing"

work=$dest/work
trap 'rm -rf "$work"' EXIT
rm -rf "$work" "$dest/VERSIONS" "$dest/root" "$dest/bin"
mkdir -p "$work"/{etc,lists/partial,cache/archives/partial,debs} "$dest"/{root,bin}

# An apt of our own: its own source, lists and (empty) list of installed packages. Only the
# machine's apt.conf.d is kept, for its proxies.
: >"$work/status"
echo "deb [signed-by=$keyring] $mirror $suite main" >"$work/etc/sources.list"
cat >"$work/apt.conf" <<CONF
Dir::Etc "$work/etc";
Dir::Etc::parts "/etc/apt/apt.conf.d";
Dir::Etc::sourcelist "$work/etc/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$work";
Dir::State::lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Acquire::Check-Valid-Until "false";
Acquire::Retries "3";
Acquire::http::Timeout "20";
CONF
export APT_CONFIG=$work/apt.conf

# What the solver would install, less what only maintainer scripts or modules never loaded here need.
unneeded='adduser|passwd|login.*|base-passwd|debconf|perl.*|libperl.*|dpkg|tar|tzdata|lsb-base'
unneeded+='|gnupg.*|gpg.*|gpgv|dirmngr|pinentry.*|libksba.*|libassuan.*|libnpth.*|libgpgme.*'
unneeded+='|init-system-helpers|readline-common|asterisk-config|pci\.ids|libpci3|libsensors.*'
unneeded+='|libpam.*|libsemanage.*|libsepol.*|libaudit.*|libnss3|libdb5.*|libgdbm.*|libc-gconv.*'
unneeded+='|libsnmp.*|libcodec2.*|libjack.*|libportaudio.*|libasound.*|libspandsp.*|libopus0'
unneeded+='|libodbc.*|libsybdb.*|freetds.*|libpq5|liblua.*|libneon.*|libical.*|libiksemel.*'
unneeded+='|libradcli.*|libgmime.*|libtiff.*|libwebp.*|libjpeg.*'
{
  apt-get -qq -o APT::Update::Error-Mode=any update &&
    apt-get -s install $packages |
    awk -v skip="^($unneeded)\$" '/^Inst/ && $2 !~ skip {sub(/^\(/, "", $3); print $2 "=" $3}' |
      sort >"$work/wanted" &&
    (cd "$work/debs" && xargs apt-get -qq download <"$work/wanted")
} >&2 || cannot "its packages could not be downloaded from this machine's Debian mirror"

(cd "$dest/root"; mkdir -p usr/{bin,sbin,lib,lib64}; for d in bin sbin lib lib64; do ln -s usr/$d $d; done)
for deb in "$work"/debs/*.deb; do
  # --keep-directory-symlink: an old package's real /lib must not replace the link made above
  dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$dest/root" --keep-directory-symlink --no-same-owner \
    --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/locale' \
    --exclude='./usr/share/i18n' --exclude='*/gconv' --exclude='*/lib/systemd'
done
ln -sfn en_US_f_Allison "$dest/root/usr/share/asterisk/sounds/en" # a maintainer script would do it

# The binaries need the libraries, and so the loader, of their own Debian release.
libraries=$dest/root/usr/lib/x86_64-linux-gnu
loader=$(cd "$libraries"; ls ld-2.*.so ld-linux-x86-64.so.2 2>/dev/null | head -n 1) || true
for program in sbin/asterisk bin/sipp; do
  cat >"$dest/bin/${program#*/}" <<WRAPPER
#!/bin/sh
usr=\$(dirname "\$(dirname "\$(realpath "\$0")")")/root/usr
lib=\$usr/lib/x86_64-linux-gnu
exec "\$lib/$loader" --library-path "\$lib:\$usr/lib" "\$usr/$program" "\$@"
WRAPPER
  chmod +x "$dest/bin/${program#*/}"
done

"$dest/bin/asterisk" -V >"$work/VERSIONS"
cat "$work/wanted" >>"$work/VERSIONS"
echo "unpacked by $stamp" >>"$work/VERSIONS"
mv "$work/VERSIONS" "$dest/VERSIONS"
