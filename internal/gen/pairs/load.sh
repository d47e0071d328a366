dd if=/dev/zero of=/z bs=64k count=24 2>/dev/null
sha256sum /z /bin/busybox; md5sum /bin/busybox; gzip -c /bin/busybox > /b.gz; gunzip -c /b.gz | cmp - /bin/busybox
i=0; while [ $i -lt 4000 ]; do i=$((i+1)); done; echo $i
find / -xdev | sort | wc -l
awk 'BEGIN{for(i=0;i<60000;i++){s+=i*i%7; a[i%100]=s} print s}'
sed -e 's/a/b/g' /bin/busybox | wc -c
n=0; for j in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do ls /bin >/dev/null; cat /proc/meminfo | grep Mem >/dev/null; done
od -x /bin/busybox | head -2000 | tail -1; bzip2 -c /bin/busybox | wc -c
