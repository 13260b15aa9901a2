#!/bin/bash
# start-asterisk.sh ASTERISK FOLDER BASEPORT SECRET [SIP]
#
# Runs the Asterisk that get-asterisk.sh unpacked into ASTERISK as the PBX of etc/, in the foreground,
# with all its files in FOLDER. What it wrote down there when it ran before is kept. With SIP, trunk
# and phones are chan_sip's (16 only) and not PJSIP's. Everything is on 127.0.0.1:
#   BASEPORT+38       AMI: user textback, with SECRET and the rights of deploy/asterisk/manager.d
#   BASEPORT+60       SIP
#   BASEPORT+70       the provider, for calls going out
#   BASEPORT+101..105 the office's phones
#   BASEPORT+1000..   RTP, 4000 ports: keep two of these 6000 apart
# Ends on SIGTERM, and with the program that started it.
set -euo pipefail
usage="usage: $0 ASTERISK FOLDER BASEPORT SECRET [SIP]"
asterisk=$(realpath "${1:?$usage}"); run=$(realpath -m "${2:?$usage}"); base=${3:?$usage}
secret=${4:?$usage}
case ${5:-PJSIP} in
  PJSIP) driver= ;;
  SIP) driver='/res_pjsip/d; s#chan_pjsip#chan_sip#; s#PJSIP/#SIP/#g' ;;
  *) echo "$usage" >&2; exit 2 ;;
esac
here=$(dirname "$(realpath "$0")")

mkdir -p "$run"/{etc/manager.d,lib/keys,spool,run,log/{cdr-csv,cel-custom}}
modules=$(dirname "$(find "$asterisk/root/usr/lib" -name chan_pjsip.so)")
for file in "$here"/etc/*.conf; do
  sed -e "s#@RUN@#$run#g; s#@SHARE@#$asterisk/root/usr/share/asterisk#g; s#@MODULES@#$modules#g" \
    -e "s#@AMI@#$((base + 38))#; s#@SIP@#$((base + 60))#; s#@PROVIDER@#$((base + 70))#" \
    -e "s#@RTP_FIRST@#$((base + 1000))#; s#@RTP_LAST@#$((base + 4999))#" \
    -e "s#@PHONE_101@#$((base + 101))#; s#@PHONE_102@#$((base + 102))#" \
    -e "s#@SECRET@#$secret#" \
    -e "s#@PHONE_103@#$((base + 103))#; s#@PHONE_105@#$((base + 105))#" -e "$driver" \
    "$file" >"$run/etc/${file##*/}"
done
sed "s/^;secret = *$/secret = $secret/" "$here/../../../deploy/asterisk/manager.d/textback.conf" \
  >"$run/etc/manager.d/textback.conf"
# What these would set is fine by default; without the files Asterisk complains.
touch "$run"/etc/{acl,ccss,codecs,confbridge,followme,pjproject,queuerules,stasis,udptl}.conf
# The offices' own greetings, short: the built-in ones take 8 s.
for box in 101 600; do
  install -D "$asterisk/root/usr/share/asterisk/sounds/en/beep.gsm" \
    "$run/spool/voicemail/default/$box/unavail.gsm"
done

exec setpriv --pdeathsig TERM "$asterisk/bin/asterisk" -C "$run/etc/asterisk.conf" -f -q
