// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sample frames of the tests of the parser; key_frame.h tells their form.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sanitizer/asan_interface.h>

#include <linux/brfw.h>

#include "key_frame.h"
#include "key_plain.h"

#define P	BRFW_KEY_F_PROTO
#define PL	(BRFW_KEY_F_PROTO | BRFW_KEY_F_L4)
#define OPT	BRFW_KEY_F_IP_OPTIONS
#define LLA	BRFW_KEY_F_ND_LLADDR
#define TARGET	BRFW_KEY_F_ND_TARGET
#define BAD	BRFW_KEY_F_MALFORMED
#define LOST	BRFW_KEY_F_VLAN_UNKNOWN

#define MACS	"0200000000d0 0200000000e0 "
#define ETH4	MACS "0800 "
#define ETH6	MACS "86dd "

/* Total length, flags and fragment offset, protocol */
#define IP4(len, frag, proto) \
	"4500" len "1234" frag "40" proto "0000 0a000001 0a000002 i"
/* Payload length, next header */
#define IP6(len, next) \
	"60000000" len next "40" \
	"20010db8000000000000000000000001 20010db8000000000000000000000002 i"

#define TCP	"1388 1b9e 00000001 00000002 5012 ffff 0000 0000 l" /* 20 bytes */
#define UDP(len) "1388 1f90" len "0000 "
#define ECHO	"0800 0000 l 00010001 " /* 8 bytes */
#define ECHO6	"8000 0000 l 00010001 "
#define DATA4	"61626364 "
#define DATA8	DATA4 DATA4

/* Extension headers of 8 bytes, by what follows */
#define EXT(next)	next "00 010400000000 k"
#define EXT16(next)	next "01 010c00000000 k 0000000000000000 "
#define AH12(next)	next "01 0000 00000001 k 00000001 "
#define FRAG(next, off)	next "00" off "00000007 j"

#define SNAP(type)	" aaaa03 000000 " type " s"
#define TAG0		"8100 e000 "
#define PPPOE(len)	" 1100 1234 " len " o"
#define PPP(proto)	proto " q"
#define ARP(op)		" 0001 0800 06 04" op " r"
#define ARP_ADDRS	" 0200000000e0 0a000001 0200000000d1 0a000002 w"
#define SCTP		"1388 1b9e 00000001 00000000 l"

/* Neighbour discovery, and its options */
#define TARGET16	"20010db8000000000000000000000003"
#define ND_RS		"8500 0000 l 00000000 n"
#define ND_RA		"8600 0000 l 40000708 00000000 00000000 n"
#define ND_TARGET(type)	type "00 0000 l 00000000" TARGET16 " n"
#define ND_REDIRECT \
	"8900 0000 l 00000000" TARGET16 "20010db8000000000000000000000004 n"
#define LLADDR(type)	type "01 0200000000e0 xy"
#define LLADDR2(type)	type "01 0200000000d1 x"
#define NOPT		"0e01 000102030405 x"
#define NOPT4		NOPT NOPT NOPT NOPT
#define NOPT31		NOPT4 NOPT4 NOPT4 NOPT4 NOPT4 NOPT4 NOPT4 NOPT NOPT NOPT

#define W_ETH4	.eth_type = 0x0800
#define W_ETH6	.eth_type = 0x86dd
#define W_OTHER	.family = BRFW_FAMILY_OTHER
#define W_IP4(proto) W_ETH4, W_PACKET4(proto), .ttl = 64
#define W_IP6(proto) W_ETH6, W_PACKET6(proto), .ttl = 64
#define W_PACKET4(proto) \
	.family = BRFW_FAMILY_IP4, .ip_proto = proto, \
	.ip4.src = { 10, 0, 0, 1 }, .ip4.dst = { 10, 0, 0, 2 }
#define W_PACKET6(proto) \
	.family = BRFW_FAMILY_IP6, .ip_proto = proto, \
	.ip6.src = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 }, \
	.ip6.dst = { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 }
#define W_TCP	.flags = PL, W_TCP_FIELDS
#define W_TCP_OPT .flags = PL | OPT, W_TCP_FIELDS
#define W_TCP_FIELDS .sport = 5000, .dport = 7070, .tcp_flags = 0x12
#define W_UDP	.flags = PL, .sport = 5000, .dport = 8080
#define W_FIRST	.frag = BRFW_FRAG_FIRST
#define W_LATER	.frag = BRFW_FRAG_LATER
#define W_VLAN(proto, prio, id) \
	.vlan_proto = proto, .vlan_prio = prio, .vlan_id = id
#define W_INNER(proto, prio, id) \
	.inner_vlan_proto = proto, .inner_vlan_prio = prio, .inner_vlan_id = id
#define W_ECHO	.flags = PL, .type = 8
#define W_SCTP	.flags = PL, .sport = 5000, .dport = 7070
#define W_PPPOE	.eth_type = 0x8864, .pppoe = 0x1234
#define W_PPP_IP4(proto) W_PACKET4(proto), .ttl = 64
#define W_PPP_IP6(proto) W_PACKET6(proto), .ttl = 64
#define W_ARP	(BRFW_KEY_F_ARP | BRFW_KEY_F_ARP_ADDR)
#define W_ARP_ADDRS \
	.arp.sender_mac = { 2, [5] = 0xe0 }, .arp.sender_ip = { 10, 0, 0, 1 }, \
	.arp.target_mac = { 2, [5] = 0xd1 }, .arp.target_ip = { 10, 0, 0, 2 }
#define W_ND(number) W_IP6(58), .type = number
#define W_TARGET .nd_target = { 0x20, 0x01, 0x0d, 0xb8, [15] = 3 }
#define W_LLADDR .nd_lladdr = { 2, [5] = 0xe0 }
#define W_LLADDR2 .nd_lladdr = { 2, [5] = 0xd1 }
#define W_ECHO6	.flags = PL, .type = 128

const struct frame frames[] = {
	/* ---- Ethernet ---- */
	{ "unknown EtherType, nothing behind", MACS "88b5",
	  .want = { .eth_type = 0x88b5, W_OTHER } },
	{ "multicast", "01005e000001 0200000000e0 88b5",
	  .want = { .eth_type = 0x88b5, .frame_class = BRFW_FRAME_MULTICAST, W_OTHER } },
	{ "broadcast", "ffffffffffff 0200000000e0 88b5",
	  .want = { .eth_type = 0x88b5, .frame_class = BRFW_FRAME_BROADCAST, W_OTHER } },
	{ "nearly broadcast", "fffffffffffe 0200000000e0 88b5",
	  .want = { .eth_type = 0x88b5, .frame_class = BRFW_FRAME_MULTICAST, W_OTHER } },
	{ "multicast from multicast", "feffffffffff ffffffffffff 88b5",
	  .want = { .eth_type = 0x88b5, W_OTHER } },
	{ "smallest EtherType", MACS "0600 00", .want = { .eth_type = 0x0600, W_OTHER } },
	{ "LLC: a length for EtherType", MACS "000f 424203 0000 00 00 8000 020000000000",
	  .want = { W_OTHER } },
	{ "length 0", MACS "0000" DATA8, .want = { W_OTHER } },
	{ "LLC with padding", MACS "0003 aaaa03 000000 08", .want = { W_OTHER } },
	{ "length 1 too long", MACS "0010 424203 0000 00 00 8000 020000000000",
	  .want = { .flags = BAD, W_OTHER } },
	{ "largest length", MACS "05ff aaaa03", .want = { .flags = BAD, W_OTHER } },
	{ "IPv4 in SNAP", MACS "0030" SNAP("0800") IP4("0028", "0000", "06") TCP,
	  .want = { W_IP4(6), W_TCP } },
	{ "IPv6 in SNAP", MACS "003c" SNAP("86dd") IP6("000c", "11") UDP("000c") DATA4 "l",
	  .want = { W_IP6(17), W_UDP } },
	{ "SNAP with padding", MACS "0024" SNAP("0800") IP4("001c", "0000", "01") ECHO DATA8,
	  .want = { W_IP4(1), W_ECHO } },
	{ "SNAP shorter than the packet", MACS "0023" SNAP("0800") IP4("001c", "0000", "01") ECHO,
	  .want = { W_ETH4, W_OTHER, .flags = BAD } },
	{ "SNAP behind a tag beside the frame", MACS "0024" SNAP("0800") IP4("001c", "0000", "01") ECHO,
	  .vlan = { 0x8100, 0x2005, false }, .want = { W_IP4(1), W_ECHO, W_VLAN(0x8100, 1, 5) } },
	{ "SNAP behind a tag", MACS "8100 2005 0024t" SNAP("0800") IP4("001c", "0000", "01") ECHO,
	  .want = { W_IP4(1), W_ECHO, W_VLAN(0x8100, 1, 5) } },
	{ "SNAP behind two tags", MACS "8100 2005 8100t 0006 003cu" SNAP("86dd") IP6("000c", "11")
	  UDP("000c") DATA4 "l",
	  .want = { W_IP6(17), W_UDP, W_VLAN(0x8100, 1, 5), W_INNER(0x8100, 0, 6) } },
	{ "ARP in SNAP", MACS "0024" SNAP("0806") ARP("0001") ARP_ADDRS,
	  .want = { .eth_type = 0x0806, W_OTHER, .flags = W_ARP, W_ARP_ADDRS, .arp.op = 1 } },
	{ "PPPoE in SNAP", MACS "002c" SNAP("8864") PPPOE("001e") PPP("0021")
	  IP4("001c", "0000", "01") ECHO,
	  .want = { W_PPPOE, W_PPP_IP4(1), W_ECHO } },
	{ "nothing in SNAP", MACS "0008" SNAP("88b5"),
	  .want = { .eth_type = 0x88b5, W_OTHER } },
	{ "a length in SNAP", MACS "000a" SNAP("0002") "4242", .want = { .flags = BAD, W_OTHER } },
	{ "length 0 in SNAP", MACS "0008" SNAP("0000"), .want = { .flags = BAD, W_OTHER } },
	{ "SNAP in SNAP", MACS "002c" SNAP("0024") SNAP("0800") IP4("001c", "0000", "01") ECHO,
	  .want = { .flags = BAD, W_OTHER } },
	{ "SNAP for bridges to Wi-Fi", MACS "0024 aaaa03 0000f8 0800 s" IP4("001c", "0000", "01") ECHO,
	  .want = { W_IP4(1), W_ECHO } },
	{ "SNAP that the length ends before", MACS "0003 aaaa03 000000 0800" IP4("001c", "0000", "01") ECHO,
	  .is_uncut = true, .want = { .flags = BAD, W_OTHER } },
	{ "SNAP that the length ends in", MACS "0007 aaaa03 000000 0800" IP4("001c", "0000", "01") ECHO,
	  .is_uncut = true, .want = { .flags = BAD, W_OTHER } },
	{ "SNAP for bridges, length 0", MACS "0000 aaaa03 0000f8 0800" IP4("001c", "0000", "01") ECHO,
	  .is_uncut = true, .want = { .flags = BAD, W_OTHER } },
	{ "tag in SNAP", MACS "0028 aaaa03 000000 8100 2005 0800 s" IP4("001c", "0000", "01") ECHO,
	  .is_uncut = true, .want = { W_IP4(1), W_ECHO, W_VLAN(0x8100, 1, 5) } },
	{ "priority tag in SNAP", MACS "0028 aaaa03 000000 8100 e000 0800 s" IP4("001c", "0000", "01") ECHO,
	  .is_uncut = true, .want = { W_IP4(1), W_ECHO, W_VLAN(0x8100, 7, 0) } },
	{ "tags before and in SNAP", MACS "8100 2005 8100t 0000 002cu aaaa03 0000f8 88a8 0000 8100 4006 0800 s"
	  IP4("001c", "0000", "01") ECHO,
	  .is_uncut = true,
	  .want = { W_IP4(1), W_ECHO, W_VLAN(0x8100, 1, 5), W_INNER(0x8100, 2, 6) } },
	{ "SNAP behind a tag in SNAP", MACS "0030 aaaa03 000000 8100 0000 0024 s aaaa03 000000 0800"
	  IP4("001c", "0000", "01") ECHO,
	  .is_uncut = true, .want = { W_OTHER, .flags = BAD, W_VLAN(0x8100, 0, 0) } },
	{ "half a tag in SNAP", MACS "000a aaaa03 000000 8100 s 2005 0800" IP4("001c", "0000", "01") ECHO,
	  .want = { .eth_type = 0x8100, .flags = BAD, W_OTHER } },
	{ "SNAP of somebody", MACS "0024 aaaa03 00000c 0800" IP4("001c", "0000", "01") ECHO,
	  .want = { W_OTHER } },
	{ "SNAP, but a response", MACS "0024 aaab03 000000 0800" IP4("001c", "0000", "01") ECHO,
	  .want = { W_OTHER, .flags = BAD } },
	{ "SNAP with a poll bit", MACS "0024 aaaa13 0000f8 0800" IP4("001c", "0000", "01") ECHO,
	  .want = { W_OTHER, .flags = BAD } },
	{ "SNAP, but not unnumbered", MACS "0024 aaaa00 000000 0800" IP4("001c", "0000", "01") ECHO,
	  .want = { W_OTHER } },
	{ "SNAP to a group", MACS "0024 abaa03 000000 0800" IP4("001c", "0000", "01") ECHO,
	  .want = { W_OTHER } },
	{ "raw IPX", MACS "0008 ffff 0008 00000000", .want = { W_OTHER } },
	{ "IPv4 with no byte", ETH4, .want = { W_ETH4, .flags = BAD, W_OTHER } },
	{ "IPv6 with no byte", ETH6, .want = { W_ETH6, .flags = BAD, W_OTHER } },

	/* ---- VLAN ---- */
	{ "tag beside the frame", ETH4 IP4("0028", "0000", "06") TCP,
	  .vlan = { 0x8100, 0x6064, false },
	  .want = { W_IP4(6), W_TCP, W_VLAN(0x8100, 3, 100) } },
	{ "tag in the frame", MACS "8100 6064 0800t" IP4("0028", "0000", "06") TCP,
	  .want = { W_IP4(6), W_TCP, W_VLAN(0x8100, 3, 100) } },
	{ "service tag in the frame", MACS "88a8 0fff 86ddt" IP6("0008", "3a") ECHO6,
	  .want = { W_IP6(58), W_ECHO6, W_VLAN(0x88a8, 0, 4095) } },
	{ "service tag beside the frame", ETH6 IP6("0014", "06") TCP,
	  .vlan = { 0x88a8, 0x2001, false },
	  .want = { W_IP6(6), W_TCP, W_VLAN(0x88a8, 1, 1) } },
	{ "priority tag beside the frame", ETH4 IP4("001c", "0000", "01") ECHO,
	  .vlan = { 0x8100, 0xe000, false },
	  .want = { W_IP4(1), W_ECHO, W_VLAN(0x8100, 7, 0) } },
	{ "tag of zeros", MACS "8100 0000 88b5t",
	  .want = { .eth_type = 0x88b5, W_VLAN(0x8100, 0, 0), W_OTHER } },
	{ "tag of zeros beside the frame", MACS "88b5", .vlan = { 0x8100, 0, false },
	  .want = { .eth_type = 0x88b5, W_VLAN(0x8100, 0, 0), W_OTHER } },
	{ "drop eligible is nowhere", MACS "8100 1001 88b5t",
	  .want = { .eth_type = 0x88b5, W_VLAN(0x8100, 0, 1), W_OTHER } },
	{ "drop eligible beside the frame", MACS "88b5", .vlan = { 0x8100, 0x1001, false },
	  .want = { .eth_type = 0x88b5, W_VLAN(0x8100, 0, 1), W_OTHER } },
	{ "LLC behind a tag", MACS "8100 0001 0003t 424203",
	  .want = { W_VLAN(0x8100, 0, 1), W_OTHER } },
	{ "two tags", MACS "88a8 2001 8100t 4002 0800u" IP4("001c", "0000", "01") ECHO,
	  .want = { W_IP4(1), W_ECHO, W_VLAN(0x88a8, 1, 1), W_INNER(0x8100, 2, 2) } },
	{ "two customer tags", MACS "8100 f064 8100t efff 86ddu" IP6("0014", "06") TCP,
	  .want = { W_IP6(6), W_TCP, W_VLAN(0x8100, 7, 100), W_INNER(0x8100, 7, 4095) } },
	{ "two service tags", MACS "88a8 0001 88a8t 0000 88b5u",
	  .want = { .eth_type = 0x88b5, W_VLAN(0x88a8, 0, 1), W_INNER(0x88a8, 0, 0), W_OTHER } },
	{ "one tag beside, one in the frame", MACS "8100 a002 0800t" IP4("001c", "0000", "01") ECHO,
	  .vlan = { 0x88a8, 0x0001, false },
	  .want = { W_IP4(1), W_ECHO, W_VLAN(0x88a8, 0, 1), W_INNER(0x8100, 5, 2) } },
	{ "LLC behind two tags", MACS "88a8 0001 8100t 0002 0003u 424203",
	  .want = { W_VLAN(0x88a8, 0, 1), W_INNER(0x8100, 0, 2), W_OTHER } },
	{ "three tags", MACS "88a8 0001 8100t 0002 8100u 0003 0800" IP4("001c", "0000", "01") ECHO,
	  .want = { .eth_type = 0x8100, .flags = BAD, W_VLAN(0x88a8, 0, 1),
		    W_INNER(0x8100, 0, 2), W_OTHER } },
	{ "one tag beside, two in the frame", MACS "8100 0002 88a8t 0003 0800"
	  IP4("001c", "0000", "01") ECHO,
	  .vlan = { 0x8100, 0x0001, false },
	  .want = { .eth_type = 0x88a8, .flags = BAD, W_VLAN(0x8100, 0, 1),
		    W_INNER(0x8100, 0, 2), W_OTHER } },
	{ "half a tag", MACS "8100 0001 08",
	  .want = { .eth_type = 0x8100, .flags = BAD, W_OTHER } },
	{ "half a second tag", MACS "88a8 0001 8100t 0002 08",
	  .want = { .eth_type = 0x8100, .flags = BAD, W_VLAN(0x88a8, 0, 1), W_OTHER } },
	{ "half a tag behind one beside", MACS "8100 0002 08", .vlan = { 0x8100, 1, false },
	  .want = { .eth_type = 0x8100, .flags = BAD, W_VLAN(0x8100, 0, 1), W_OTHER } },
	{ "no tag where one was promised", MACS "88a8",
	  .want = { .eth_type = 0x88a8, .flags = BAD, W_OTHER } },
	{ "priority tag before a tag", MACS TAG0 "8100t 4064 0800u" IP4("001c", "0000", "01") ECHO,
	  .is_uncut = true, .want = { W_IP4(1), W_ECHO, W_VLAN(0x8100, 2, 100) } },
	{ "priority tag beside, a tag in the frame", MACS "8100 4064 0800t" IP4("001c", "0000", "01") ECHO,
	  .vlan = { 0x8100, 0xe000, false }, .is_uncut = true,
	  .want = { W_IP4(1), W_ECHO, W_VLAN(0x8100, 2, 100) } },
	{ "priority tag behind a tag", MACS "8100 4064 8100t e000 0800u" IP4("001c", "0000", "01") ECHO,
	  .want = { W_IP4(1), W_ECHO, W_VLAN(0x8100, 2, 100), W_INNER(0x8100, 7, 0) } },
	{ "priority tags everywhere", MACS TAG0 "88a8 0000 8100t 2064" TAG0 TAG0 "88a8 40c8" TAG0 "0800u"
	  IP4("001c", "0000", "01") ECHO,
	  .is_uncut = true,
	  .want = { W_IP4(1), W_ECHO, W_VLAN(0x8100, 1, 100), W_INNER(0x88a8, 2, 200) } },
	{ "nothing but priority tags", MACS "8100 e000 88a8t a000 8100 2000 0800u" IP4("001c", "0000", "01") ECHO,
	  .is_uncut = true, .want = { W_IP4(1), W_ECHO, W_VLAN(0x8100, 1, 0) } },
	{ "lost VLAN, priority tag, tag", MACS TAG0 "8100 2064 0800u" IP4("001c", "0000", "01") ECHO,
	  .vlan = { .is_unknown = true }, .is_uncut = true,
	  .want = { W_IP4(1), .flags = PL | LOST, .type = 8, W_INNER(0x8100, 1, 100) } },
	{ "three tags behind a priority tag", MACS TAG0 "8100 0001 8100 0002 8100 0003 0800"
	  IP4("001c", "0000", "01") ECHO,
	  .want = { .eth_type = 0x8100, .flags = BAD, W_VLAN(0x8100, 0, 1), W_INNER(0x8100, 0, 2), W_OTHER } },
	{ "eight tags", MACS TAG0 TAG0 TAG0 TAG0 TAG0 TAG0 TAG0 "8100 0001 0800u" IP4("001c", "0000", "01") ECHO,
	  .is_uncut = true, .want = { W_IP4(1), W_ECHO, W_VLAN(0x8100, 0, 1) } },
	{ "nine tags", MACS TAG0 TAG0 TAG0 TAG0 TAG0 TAG0 TAG0 TAG0 "8100 0001 0800" IP4("001c", "0000", "01") ECHO,
	  .want = { .eth_type = 0x8100, .flags = BAD, W_VLAN(0x8100, 7, 0), W_OTHER } },
	{ "one tag beside, eight in the frame", MACS TAG0 TAG0 TAG0 TAG0 TAG0 TAG0 TAG0 TAG0 "0800"
	  IP4("001c", "0000", "01") ECHO,
	  .vlan = { 0x8100, 0x0001, false },
	  .want = { .eth_type = 0x8100, .flags = BAD, W_VLAN(0x8100, 0, 1), W_INNER(0x8100, 7, 0), W_OTHER } },
	{ "half a tag behind a priority tag", MACS TAG0 "8100 0002 08",
	  .want = { .eth_type = 0x8100, .flags = BAD, W_VLAN(0x8100, 7, 0), W_OTHER } },
	{ "old QinQ type is no tag", MACS "9100 0001 0800" IP4("001c", "0000", "01") ECHO,
	  .want = { .eth_type = 0x9100, W_OTHER } },
	{ "lost VLAN", ETH4 IP4("0028", "0000", "06") TCP, .vlan = { .is_unknown = true },
	  .want = { W_IP4(6), .flags = PL | LOST, W_TCP_FIELDS } },
	{ "lost VLAN, whatever is said of it", ETH4 IP4("0028", "0000", "06") TCP,
	  .vlan = { 0x8100, 0x6064, true },
	  .want = { W_IP4(6), .flags = PL | LOST, W_TCP_FIELDS } },
	{ "lost VLAN, one tag", MACS "8100 6064 86ddt" IP6("0014", "06") TCP,
	  .vlan = { .is_unknown = true },
	  .want = { W_IP6(6), .flags = PL | LOST, W_TCP_FIELDS, W_INNER(0x8100, 3, 100) } },
	{ "lost VLAN, two tags", MACS "8100 6064 8100t 0001 86dd" IP6("0014", "06") TCP,
	  .vlan = { .is_unknown = true },
	  .want = { .eth_type = 0x8100, .flags = LOST | BAD, W_INNER(0x8100, 3, 100), W_OTHER } },
	{ "lost VLAN, half a tag", MACS "8100 6064 86", .vlan = { .is_unknown = true },
	  .want = { .eth_type = 0x8100, .flags = LOST | BAD, W_OTHER } },

	/* ---- PPPoE ---- */
	{ "PPPoE, IPv4", MACS "8864" PPPOE("002a") PPP("0021") IP4("0028", "0000", "06") TCP,
	  .want = { W_PPPOE, W_PPP_IP4(6), W_TCP } },
	{ "PPPoE, IPv6", MACS "8864" PPPOE("0036") PPP("0057") IP6("000c", "11") UDP("000c") DATA4 "l",
	  .want = { W_PPPOE, W_PPP_IP6(17), W_UDP } },
	{ "PPPoE, IPv6 with options", MACS "8864" PPPOE("003a") PPP("0057") IP6("0010", "3c")
	  EXT("3a") "p" ECHO6,
	  .want = { W_PPPOE, W_PPP_IP6(58), .flags = PL | OPT, .type = 128 } },
	{ "PPPoE, protocol of one byte", MACS "8864" PPPOE("0029") PPP("21") IP4("0028", "0000", "06") TCP,
	  .want = { W_PPPOE, W_PPP_IP4(6), W_TCP } },
	{ "PPPoE, addresses of HDLC", MACS "8864" PPPOE("0020") "ff03 0021" IP4("001c", "0000", "01") ECHO,
	  .want = { W_PPPOE, W_OTHER, .flags = BAD } },
	{ "PPPoE, MPLS", MACS "8864" PPPOE("001e") PPP("0281") "1234 51ff m" DATA8 DATA8 DATA8,
	  .want = { W_PPPOE, W_OTHER, .flags = BRFW_KEY_F_MPLS, .mpls_label = 0x12345 } },
	{ "PPPoE, MPLS multicast", MACS "8864" PPPOE("0006") PPP("0283") "1234 51ff m",
	  .want = { W_PPPOE, W_OTHER, .flags = BRFW_KEY_F_MPLS, .mpls_label = 0x12345 } },
	{ "PPPoE, LCP", MACS "8864" PPPOE("000a") PPP("c021") "0901 0008 00000000",
	  .want = { W_PPPOE, W_OTHER } },
	{ "PPPoE, nothing in PPP", MACS "8864" PPPOE("0002") PPP("0021"),
	  .want = { W_PPPOE, W_OTHER, .flags = BAD } },
	{ "PPPoE, session 0", MACS "8864 1100 0000 0002 o" PPP("c021"),
	  .want = { .eth_type = 0x8864, .flags = BRFW_KEY_F_PPPOE, W_OTHER } },
	{ "PPPoE, padding", MACS "8864" PPPOE("001e") PPP("0021") IP4("001c", "0000", "01") ECHO DATA8,
	  .want = { W_PPPOE, W_PPP_IP4(1), W_ECHO } },
	{ "PPPoE, padding in the PPP frame", MACS "8864" PPPOE("0026") PPP("0021")
	  IP4("001c", "0000", "01") ECHO DATA8,
	  .want = { W_PPPOE, W_PPP_IP4(1), W_ECHO } },
	{ "PPPoE behind two tags", MACS "88a8 0001 8100t 0002 8864u" PPPOE("002a") PPP("0021")
	  IP4("0028", "0000", "06") TCP,
	  .want = { W_PPPOE, W_PPP_IP4(6), W_TCP, W_VLAN(0x88a8, 0, 1), W_INNER(0x8100, 0, 2) } },
	{ "PPPoE, length 1 too long", MACS "8864" PPPOE("001f") PPP("0021")
	  IP4("001c", "0000", "01") ECHO,
	  .want = { W_PPPOE, W_OTHER, .flags = BAD } },
	{ "PPPoE, length far too long", MACS "8864" PPPOE("ffff") PPP("0021")
	  IP4("001c", "0000", "01") ECHO,
	  .want = { W_PPPOE, W_OTHER, .flags = BAD } },
	{ "PPPoE, length 1 shorter than the packet", MACS "8864" PPPOE("001d") PPP("0021")
	  IP4("001c", "0000", "01") ECHO,
	  .want = { W_PPPOE, W_OTHER, .flags = BAD } },
	{ "PPPoE, length 1 shorter than the IPv6 packet", MACS "8864" PPPOE("0031") PPP("0057")
	  IP6("0008", "3a") ECHO6,
	  .want = { W_PPPOE, W_OTHER, .flags = BAD } },
	{ "PPPoE, length 1", MACS "8864" PPPOE("0001") PPP("0021") IP4("001c", "0000", "01") ECHO,
	  .want = { W_PPPOE, W_OTHER, .flags = BAD } },
	{ "PPPoE, length 0", MACS "8864" PPPOE("0000") PPP("0021") IP4("001c", "0000", "01") ECHO,
	  .want = { W_PPPOE, W_OTHER, .flags = BAD } },
	{ "PPPoE, length of many frames", MACS "8864" PPPOE("8000") PPP("0021")
	  IP4("001c", "0000", "01") ECHO,
	  .is_gso = true, .want = { W_PPPOE, W_PPP_IP4(1), W_ECHO } },
	{ "PPPoE, length and packet of many frames", MACS "8864" PPPOE("ffff") PPP("0021")
	  IP4("0000", "0000", "06") TCP DATA8,
	  .is_gso = true, .want = { W_PPPOE, W_PPP_IP4(6), W_TCP } },
	{ "PPPoE of version 2", MACS "8864 2100 1234 001e" PPP("0021") IP4("001c", "0000", "01") ECHO,
	  .want = { .eth_type = 0x8864, W_OTHER, .flags = BAD } },
	{ "PPPoE of type 2", MACS "8864 1200 1234 001e" PPP("0021") IP4("001c", "0000", "01") ECHO,
	  .want = { .eth_type = 0x8864, W_OTHER, .flags = BAD } },
	{ "PPPoE with a code", MACS "8864 1109 1234 001e" PPP("0021") IP4("001c", "0000", "01") ECHO,
	  .want = { .eth_type = 0x8864, W_OTHER, .flags = BAD } },
	{ "PPPoE, half a header", MACS "8864 1100 1234 00",
	  .want = { .eth_type = 0x8864, W_OTHER, .flags = BAD } },
	{ "PPPoE, IPv4 that is IPv6", MACS "8864" PPPOE("0032") PPP("0021") IP6("0008", "3a") ECHO6,
	  .want = { W_PPPOE, W_OTHER, .flags = BAD } },
	{ "PPPoE discovery is not looked into", MACS "8863 1109 0000 0004 01010000",
	  .want = { .eth_type = 0x8863, W_OTHER } },

	/* ---- ARP ---- */
	{ "ARP request", MACS "0806" ARP("0001") ARP_ADDRS,
	  .want = { .eth_type = 0x0806, W_OTHER, .flags = W_ARP, W_ARP_ADDRS, .arp.op = 1 } },
	{ "ARP reply, padded, behind a tag", MACS "8100 0001 0806t" ARP("0002") ARP_ADDRS DATA8,
	  .want = { .eth_type = 0x0806, W_OTHER, .flags = W_ARP, W_ARP_ADDRS, .arp.op = 2,
		    W_VLAN(0x8100, 0, 1) } },
	{ "ARP of no known operation", MACS "0806" ARP("fffe") ARP_ADDRS,
	  .want = { .eth_type = 0x0806, W_OTHER, .flags = W_ARP, W_ARP_ADDRS, .arp.op = 0xfffe } },
	{ "gratuitous ARP", MACS "0806" ARP("0001")
	  "0200000000e0 0a000001 000000000000 0a000001 w",
	  .want = { .eth_type = 0x0806, W_OTHER, .flags = W_ARP | BRFW_KEY_F_GRATUITOUS,
		    .arp = { .op = 1, .sender_mac = { 2, [5] = 0xe0 },
			     .sender_ip = { 10, 0, 0, 1 }, .target_ip = { 10, 0, 0, 1 } } } },
	{ "gratuitous ARP of zeros", MACS "0806" ARP("0002")
	  "000000000000 00000000 000000000000 00000000 w",
	  .want = { .eth_type = 0x0806, W_OTHER, .flags = W_ARP | BRFW_KEY_F_GRATUITOUS,
		    .arp.op = 2 } },
	{ "ARP of IEEE 802 hardware", MACS "0806 0006 0800 06 04 0002 r" ARP_ADDRS,
	  .want = { .eth_type = 0x0806, W_OTHER, .flags = W_ARP, W_ARP_ADDRS, .arp.op = 2 } },
	{ "ARP of other hardware", MACS "0806 ffff 0800 06 04 0001 r" ARP_ADDRS,
	  .want = { .eth_type = 0x0806, W_OTHER, .flags = W_ARP, W_ARP_ADDRS, .arp.op = 1 } },
	{ "ARP of another protocol", MACS "0806 0001 86dd 06 04 0001 r" ARP_ADDRS,
	  .want = { .eth_type = 0x0806, W_OTHER, .flags = W_ARP, W_ARP_ADDRS, .arp.op = 1 } },
	{ "ARP of longer hardware addresses", MACS "0806 0001 0800 08 04 0001 r" ARP_ADDRS,
	  .want = { .eth_type = 0x0806, W_OTHER, .flags = BRFW_KEY_F_ARP | BAD, .arp.op = 1 } },
	{ "ARP of shorter hardware addresses", MACS "0806 0001 0800 00 04 0001 r" ARP_ADDRS,
	  .want = { .eth_type = 0x0806, W_OTHER, .flags = BRFW_KEY_F_ARP | BAD, .arp.op = 1 } },
	{ "ARP of longer protocol addresses", MACS "0806 0001 0800 06 10 0001 r" ARP_ADDRS,
	  .want = { .eth_type = 0x0806, W_OTHER, .flags = BRFW_KEY_F_ARP | BAD, .arp.op = 1 } },
	{ "ARP without addresses", MACS "0806" ARP("0001"),
	  .want = { .eth_type = 0x0806, W_OTHER, .flags = BRFW_KEY_F_ARP | BAD, .arp.op = 1 } },
	{ "ARP 1 byte short", MACS "0806" ARP("0001") "0200000000e0 0a000001 000000000000 0a0000",
	  .want = { .eth_type = 0x0806, W_OTHER, .flags = BRFW_KEY_F_ARP | BAD, .arp.op = 1 } },
	{ "ARP cut in its head", MACS "0806 0001 0800 0604 00",
	  .want = { .eth_type = 0x0806, W_OTHER, .flags = BAD } },
	{ "ARP in SNAP cut by the length", MACS "0023" SNAP("0806") ARP("0001") ARP_ADDRS,
	  .want = { .eth_type = 0x0806, W_OTHER, .flags = BRFW_KEY_F_ARP | BAD, .arp.op = 1 } },
	{ "RARP is not ARP", MACS "8035" ARP("0003") ARP_ADDRS,
	  .want = { .eth_type = 0x8035, W_OTHER } },

	/* ---- MPLS ---- */
	{ "MPLS", MACS "8847 1234 51ff m" IP4("001c", "0000", "01") ECHO,
	  .want = { .eth_type = 0x8847, W_OTHER, .flags = BRFW_KEY_F_MPLS, .mpls_label = 0x12345 } },
	{ "MPLS, two entries", MACS "8100 0001 8848t ffff fe40 m 0001 1140",
	  .want = { .eth_type = 0x8848, W_OTHER, .flags = BRFW_KEY_F_MPLS,
		    .mpls_label = 0xfffff, W_VLAN(0x8100, 0, 1) } },
	{ "MPLS, label 0", MACS "8847 0000 0140 m",
	  .want = { .eth_type = 0x8847, W_OTHER, .flags = BRFW_KEY_F_MPLS } },
	{ "MPLS, cut", MACS "8847 000001", .want = { .eth_type = 0x8847, W_OTHER, .flags = BAD } },

	/* ---- IPv4 ---- */
	{ "TCP", ETH4 IP4("0028", "4000", "06") TCP, .want = { W_IP4(6), W_TCP } },
	{ "TCP with data", ETH4 IP4("0030", "0000", "06") TCP DATA8,
	  .want = { W_IP4(6), W_TCP } },
	{ "TCP with options", ETH4 IP4("002c", "0000", "06")
	  "1388 1b9e 00000001 00000000 60c2 ffff 0000 0000 020405b4l",
	  .want = { W_IP4(6), .flags = PL, .sport = 5000, .dport = 7070, .tcp_flags = 0xc2 } },
	{ "UDP", ETH4 IP4("0024", "0000", "11") UDP("0010") DATA8 "l",
	  .want = { W_IP4(17), W_UDP } },
	{ "UDP without data", ETH4 IP4("001c", "0000", "11") UDP("0008") "l",
	  .want = { W_IP4(17), W_UDP } },
	{ "ICMP", ETH4 IP4("001c", "0000", "01") ECHO, .want = { W_IP4(1), W_ECHO } },
	{ "ICMP with code", ETH4 IP4("0018", "0000", "01") "0301 0000l",
	  .want = { W_IP4(1), .flags = PL, .type = 3, .code = 1 } },
	{ "ICMPv6 in IPv4 is nothing", ETH4 IP4("001c", "0000", "3a") ECHO6,
	  .want = { W_IP4(58), .flags = P } },
	{ "unknown protocol", ETH4 IP4("0018", "0000", "fd") DATA4,
	  .want = { W_IP4(253), .flags = P } },
	{ "protocol 0", ETH4 IP4("0014", "0000", "00"),
	  .want = { W_IP4(0), .flags = P } },
	{ "options", ETH4 "4700 0030 1234 0000 40 06 0000 0a000001 0a000002 94040000 01010101i" TCP,
	  .want = { W_IP4(6), W_TCP_OPT } },
	{ "all options", ETH4 "4f00 0044 1234 0000 40 01 0000 0a000001 0a000002"
	  DATA8 DATA8 DATA8 DATA8 DATA8 "i" ECHO,
	  .want = { W_IP4(1), .flags = PL | OPT, .type = 8 } },
	{ "padding", ETH4 IP4("001c", "0000", "11") UDP("0008") "l" DATA8 DATA8 "0000",
	  .want = { W_IP4(17), W_UDP } },
	{ "padding is not a TCP header", ETH4 IP4("0020", "0000", "06") TCP,
	  .want = { W_IP4(6), .flags = P | BAD } },
	{ "padding is not ICMP", ETH4 IP4("0014", "0000", "01") ECHO,
	  .want = { W_IP4(1), .flags = P | BAD } },
	{ "total length 1 too long", ETH4 IP4("0029", "0000", "06") TCP,
	  .want = { W_ETH4, W_OTHER, .flags = BAD } },
	{ "total length far too long", ETH4 IP4("ffff", "0000", "06") TCP,
	  .want = { W_ETH4, W_OTHER, .flags = BAD } },
	{ "total length 1 shorter than the header", ETH4 IP4("0013", "0000", "06") TCP,
	  .want = { W_ETH4, W_OTHER, .flags = BAD } },
	{ "total length 1", ETH4 IP4("0001", "0000", "06") TCP,
	  .want = { W_ETH4, W_OTHER, .flags = BAD } },
	{ "total length is the header", ETH4 IP4("0014", "0000", "fd"),
	  .want = { W_IP4(253), .flags = P } },
	{ "total length 0", ETH4 IP4("0000", "0000", "06") TCP,
	  .want = { W_ETH4, W_OTHER, .flags = BAD } },
	{ "total length 0 of many frames", ETH4 IP4("0000", "0000", "06") TCP DATA8,
	  .is_gso = true, .want = { W_IP4(6), W_TCP } },
	{ "header length 16", ETH4 "4400 0028 1234 0000 40 06 0000 0a000001 0a000002" TCP,
	  .want = { W_ETH4, W_OTHER, .flags = BAD } },
	{ "header length 0", ETH4 "4000 0028 1234 0000 40 06 0000 0a000001 0a000002" TCP,
	  .want = { W_ETH4, W_OTHER, .flags = BAD } },
	{ "header longer than the packet", ETH4 "4b00 0028 1234 0000 40 06 0000 0a000001 0a000002" TCP,
	  .want = { W_ETH4, W_OTHER, .flags = BAD } },
	{ "header longer than the frame", ETH4 "4600 0000 1234 0000 40 06 0000 0a000001 0a000002",
	  .is_gso = true, .want = { W_ETH4, W_OTHER, .flags = BAD } },
	{ "IPv4 of version 6", ETH4 "6500 0028 1234 0000 40 06 0000 0a000001 0a000002" TCP,
	  .want = { W_ETH4, W_OTHER, .flags = BAD } },

	{ "dscp and ttl", ETH4 "45bb 001c 0000 0000 ff 01 0000 0a000001 0a000002 i" ECHO,
	  .want = { W_ETH4, W_PACKET4(1), W_ECHO, .dscp = 46, .ttl = 255 } },
	{ "ecn is no dscp, ttl 0", ETH4 "4503 001c 0000 0000 00 01 0000 0a000001 0a000002 i" ECHO,
	  .want = { W_ETH4, W_PACKET4(1), W_ECHO, .dscp = 0, .ttl = 0 } },
	{ "options of a later fragment", ETH4 "4600 001c 1234 0003 01 11 0000 0a000001 0a000002 01010101i"
	  DATA4,
	  .want = { W_ETH4, W_PACKET4(17), .ttl = 1, .flags = P | OPT, W_LATER } },
	{ "GRE", ETH4 IP4("001c", "0000", "2f") "0000 86dd l" DATA4,
	  .want = { W_IP4(47), .flags = PL, .gre_proto = 0x86dd } },
	{ "GRE with all flags", ETH4 IP4("0018", "0000", "2f") "ffff 880b l",
	  .want = { W_IP4(47), .flags = PL, .gre_proto = 0x880b } },
	{ "GRE, protocol 0", ETH4 IP4("0018", "0000", "2f") "3000 0000 l",
	  .want = { W_IP4(47), .flags = PL } },
	{ "GRE, short", ETH4 IP4("0017", "0000", "2f") "0000 0800",
	  .want = { W_IP4(47), .flags = P | BAD } },
	{ "GRE in IPv6", ETH6 IP6("0004", "2f") "0000 6558 l",
	  .want = { W_IP6(47), .flags = PL, .gre_proto = 0x6558 } },
	{ "SCTP", ETH4 IP4("0028", "0000", "84") SCTP "01000008 00000000",
	  .want = { W_IP4(132), W_SCTP } },
	{ "SCTP, short", ETH4 IP4("001f", "0000", "84") SCTP,
	  .want = { W_IP4(132), .flags = P | BAD } },
	{ "SCTP in a first fragment", ETH4 IP4("0020", "2000", "84") SCTP,
	  .want = { W_IP4(132), W_SCTP, W_FIRST } },
	{ "SCTP in IPv6", ETH6 IP6("0014", "3c") EXT("84") "p" SCTP,
	  .want = { W_IP6(132), .flags = PL | OPT, .sport = 5000, .dport = 7070 } },
	{ "IGMP", ETH4 "46c0 0020 0000 0000 01 02 0000 0a000001 0a000002 94040000 i"
	  "2200 0000 l 00000000",
	  .want = { W_ETH4, W_PACKET4(2), .dscp = 48, .ttl = 1,
		    .flags = PL | OPT, .type = 0x22 } },
	{ "IGMP, short", ETH4 IP4("0017", "0000", "02") "1600 00",
	  .want = { W_IP4(2), .flags = P | BAD } },
	{ "IGMP, short and padded", ETH4 IP4("0017", "0000", "02") "1600 0000",
	  .want = { W_IP4(2), .flags = P | BAD } },
	{ "IGMP in IPv6 is nothing", ETH6 IP6("0008", "02") "1600 0000 00000000",
	  .want = { W_IP6(2), .flags = P } },

	/* ---- IPv4 fragments ---- */
	{ "first fragment", ETH4 IP4("0024", "2000", "11") UDP("0400") "l" DATA8,
	  .want = { W_IP4(17), W_UDP, W_FIRST } },
	{ "first fragment without transport", ETH4 IP4("0018", "2000", "11") DATA4,
	  .want = { W_IP4(17), .flags = P | BAD, W_FIRST } },
	{ "first fragment of TCP", ETH4 IP4("0028", "2000", "06") TCP,
	  .want = { W_IP4(6), W_TCP, W_FIRST } },
	{ "middle fragment", ETH4 IP4("0028", "2003", "06") TCP,
	  .want = { W_IP4(6), .flags = P, W_LATER } },
	{ "fragment over the flags of TCP", ETH4 IP4("0028", "2001", "06") TCP,
	  .want = { W_IP4(6), .flags = P | BAD, W_LATER } },
	{ "fragment over the end of TCP", ETH4 IP4("0028", "0002", "06") TCP,
	  .want = { W_IP4(6), .flags = P | BAD, W_LATER } },
	{ "fragment over the end of SCTP", ETH4 IP4("0028", "0001", "84") TCP,
	  .want = { W_IP4(132), .flags = P | BAD, W_LATER } },
	{ "fragment behind SCTP", ETH4 IP4("0028", "0002", "84") TCP,
	  .want = { W_IP4(132), .flags = P, W_LATER } },
	{ "fragment behind UDP", ETH4 IP4("0028", "0001", "11") TCP,
	  .want = { W_IP4(17), .flags = P, W_LATER } },
	{ "last fragment", ETH4 IP4("0028", "1000", "06") TCP,
	  .want = { W_IP4(6), .flags = P, W_LATER } },
	{ "last fragment, short", ETH4 IP4("0015", "1fff", "11") "61",
	  .want = { W_IP4(17), .flags = P, W_LATER } },
	{ "don't-fragment and the evil bit", ETH4 IP4("0028", "c000", "06") TCP,
	  .want = { W_IP4(6), W_TCP } },

	/* ---- TCP ---- */
	{ "TCP header of 16 bytes", ETH4 IP4("0028", "0000", "06")
	  "1388 1b9e 00000001 00000002 4012 ffff 0000 0000",
	  .want = { W_IP4(6), .flags = P | BAD } },
	{ "TCP header of 0 bytes", ETH4 IP4("0028", "0000", "06")
	  "1388 1b9e 00000001 00000002 0012 ffff 0000 0000",
	  .want = { W_IP4(6), .flags = P | BAD } },
	{ "TCP header 4 bytes too long", ETH4 IP4("0028", "0000", "06")
	  "1388 1b9e 00000001 00000002 6012 ffff 0000 0000",
	  .want = { W_IP4(6), .flags = P | BAD } },
	{ "TCP header into the padding", ETH4 IP4("0028", "0000", "06")
	  "1388 1b9e 00000001 00000002 6012 ffff 0000 0000 00000000",
	  .want = { W_IP4(6), .flags = P | BAD } },
	{ "all TCP flags", ETH4 IP4("0028", "0000", "06")
	  "1388 1b9e 00000001 00000002 5fff ffff 0000 0000l",
	  .want = { W_IP4(6), .flags = PL, .sport = 5000, .dport = 7070, .tcp_flags = 0xff } },
	{ "no TCP flags", ETH4 IP4("0028", "0000", "06")
	  "0000 ffff 00000001 00000002 5000 ffff 0000 0000l",
	  .want = { W_IP4(6), .flags = PL, .dport = 0xffff } },

	/* ---- UDP ---- */
	{ "UDP length 7", ETH4 IP4("0024", "0000", "11") UDP("0007") DATA8,
	  .want = { W_IP4(17), .flags = P | BAD } },
	{ "UDP length 0", ETH4 IP4("0024", "0000", "11") UDP("0000") DATA8,
	  .want = { W_IP4(17), .flags = P | BAD } },
	{ "UDP length 1 too long", ETH4 IP4("0024", "0000", "11") UDP("0011") DATA8,
	  .want = { W_IP4(17), .flags = P | BAD } },
	{ "UDP length into the padding", ETH4 IP4("0020", "0000", "11") UDP("0010") DATA8,
	  .want = { W_IP4(17), .flags = P | BAD } },
	{ "UDP length shorter than the packet", ETH4 IP4("0024", "0000", "11") UDP("000c") DATA4 "l" DATA4,
	  .want = { W_IP4(17), W_UDP } },
	{ "UDP length of many frames", ETH4 IP4("0024", "0000", "11") UDP("8000") "l" DATA8,
	  .is_gso = true, .want = { W_IP4(17), W_UDP } },
	{ "UDP length 0 of many frames", ETH4 IP4("0024", "0000", "11") UDP("0000") "l" DATA8,
	  .is_gso = true, .want = { W_IP4(17), W_UDP } },
	{ "UDP length 0 in IPv6", ETH6 IP6("0010", "11") UDP("0000") DATA8,
	  .want = { W_IP6(17), .flags = P | BAD } },
	{ "UDP length 7 of many frames", ETH4 IP4("0024", "0000", "11") UDP("0007") DATA8,
	  .is_gso = true, .want = { W_IP4(17), .flags = P | BAD } },
	{ "UDP length 7 in a first fragment", ETH4 IP4("0024", "2000", "11") UDP("0007") DATA8,
	  .want = { W_IP4(17), .flags = P | BAD, W_FIRST } },

	/* ---- IPv6 ---- */
	{ "TCP in IPv6", ETH6 IP6("0014", "06") TCP, .want = { W_IP6(6), W_TCP } },
	{ "UDP in IPv6", ETH6 IP6("000c", "11") UDP("000c") DATA4 "l",
	  .want = { W_IP6(17), W_UDP } },
	{ "ICMPv6", ETH6 IP6("0008", "3a") ECHO6, .want = { W_IP6(58), W_ECHO6 } },
	{ "ICMP in IPv6 is nothing", ETH6 IP6("0008", "01") ECHO,
	  .want = { W_IP6(1), .flags = P } },
	{ "IPv6 with padding", ETH6 IP6("0008", "11") UDP("0008") "l" DATA8,
	  .want = { W_IP6(17), W_UDP } },
	{ "padding is no ICMPv6", ETH6 IP6("0000", "3a") ECHO6,
	  .want = { W_IP6(58), .flags = P | BAD } },
	{ "no next header", ETH6 IP6("0000", "3b"), .want = { W_IP6(59), .flags = P } },
	{ "no next header, but data", ETH6 IP6("0008", "3b") DATA8,
	  .want = { W_IP6(59), .flags = P } },
	{ "ESP is no extension header here", ETH6 IP6("0008", "32") DATA8,
	  .want = { W_IP6(50), .flags = P } },
	{ "IPv6 of version 4", ETH6 "45000000 0008 3a 40"
	  "20010db8000000000000000000000001 20010db8000000000000000000000002" ECHO6,
	  .want = { W_ETH6, W_OTHER, .flags = BAD } },
	{ "payload length 1 too long", ETH6 IP6("0015", "06") TCP,
	  .want = { W_ETH6, W_OTHER, .flags = BAD } },
	{ "payload length far too long", ETH6 IP6("ffff", "06") TCP,
	  .want = { W_ETH6, W_OTHER, .flags = BAD } },
	{ "payload length 0 of many frames", ETH6 IP6("0000", "06") TCP DATA8,
	  .is_gso = true, .want = { W_IP6(6), W_TCP } },
	{ "payload length 0 before hop-by-hop options", ETH6 IP6("0000", "00") EXT("06") TCP,
	  .want = { W_IP6(0), .flags = BAD } },
	{ "jumbo payload of many frames", ETH6 IP6("0000", "00") "06 00 c204 00010000 kp" TCP DATA8,
	  .is_gso = true, .want = { W_IP6(6), W_TCP_OPT } },

	{ "dscp and hop limit", ETH6 "6bbfffff 0008 3a ff"
	  "20010db8000000000000000000000001 20010db8000000000000000000000002 i" ECHO6,
	  .want = { W_ETH6, W_PACKET6(58), W_ECHO6, .dscp = 46, .ttl = 255 } },
	{ "ecn and flow label are no dscp", ETH6 "603fffff 0008 3a 00"
	  "20010db8000000000000000000000001 20010db8000000000000000000000002 i" ECHO6,
	  .want = { W_ETH6, W_PACKET6(58), W_ECHO6, .dscp = 0, .ttl = 0 } },
	{ "mark, MAC addresses and a bare header", ETH6 IP6("0000", "fd"),
	  .want = { W_IP6(253), .flags = P } },

	/* ---- neighbour discovery ---- */
	{ "router solicitation", ETH6 IP6("0010", "3a") ND_RS LLADDR("01"),
	  .want = { W_ND(133), .flags = PL | LLA, W_LLADDR } },
	{ "router solicitation without options", ETH6 IP6("0008", "3a") ND_RS,
	  .want = { W_ND(133), .flags = PL } },
	{ "router advertisement", ETH6 IP6("0040", "3a") ND_RA
	  "0501 0000 000005dc x 0304 40c0 00000001 00000001 00000000 20010db8 000000000000000000000000 x"
	  LLADDR("01"),
	  .want = { W_ND(134), .flags = PL | LLA, W_LLADDR } },
	{ "router advertisement, options that are no address", ETH6 IP6("0018", "3a") ND_RA NOPT,
	  .want = { W_ND(134), .flags = PL } },
	{ "neighbour solicitation", ETH6 IP6("0020", "3a") ND_TARGET("87") LLADDR("01"),
	  .want = { W_ND(135), .flags = PL | TARGET | LLA, W_TARGET, W_LLADDR } },
	{ "neighbour solicitation without options", ETH6 IP6("0018", "3a") ND_TARGET("87"),
	  .want = { W_ND(135), .flags = PL | TARGET, W_TARGET } },
	{ "neighbour advertisement", ETH6 IP6("0020", "3a") ND_TARGET("88") LLADDR("02"),
	  .want = { W_ND(136), .flags = PL | TARGET | LLA, W_TARGET, W_LLADDR } },
	{ "neighbour advertisement with padding", ETH6 IP6("0018", "3a") ND_TARGET("88") DATA8,
	  .want = { W_ND(136), .flags = PL | TARGET, W_TARGET } },
	{ "redirect", ETH6 IP6("0040", "3a") ND_REDIRECT LLADDR("02") "0402 0000 00000000" DATA8 "x",
	  .want = { W_ND(137), .flags = PL | TARGET | LLA, W_TARGET, W_LLADDR } },
	{ "redirect without options", ETH6 IP6("0028", "3a") ND_REDIRECT,
	  .want = { W_ND(137), .flags = PL | TARGET, W_TARGET } },
	{ "neighbour discovery behind options and two tags",
	  MACS "88a8 0001 8100t 0002 86ddu" IP6("0028", "00") EXT("3a") "p" ND_TARGET("88") LLADDR("02"),
	  .want = { W_ND(136), .flags = PL | OPT | TARGET | LLA, W_TARGET, W_LLADDR,
		    W_VLAN(0x88a8, 0, 1), W_INNER(0x8100, 0, 2) } },
	{ "neighbour discovery in PPPoE", MACS "8864" PPPOE("004a") PPP("0057")
	  IP6("0020", "3a") ND_TARGET("87") LLADDR("01"),
	  .want = { W_PPP_IP6(58), W_PPPOE, .type = 135, .flags = PL | TARGET | LLA, W_TARGET, W_LLADDR } },
	{ "the same address twice", ETH6 IP6("0028", "3a") ND_TARGET("87") LLADDR("01") "0101 0200000000e0 x",
	  .want = { W_ND(135), .flags = PL | TARGET | LLA, W_TARGET, W_LLADDR } },
	{ "the same address of source and target", ETH6 IP6("0028", "3a") ND_TARGET("88") LLADDR("01")
	  "0201 0200000000e0 x",
	  .want = { W_ND(136), .flags = PL | TARGET | LLA, W_TARGET, W_LLADDR } },
	{ "solicitation with the target's address", ETH6 IP6("0020", "3a") ND_TARGET("87") LLADDR("02"),
	  .want = { W_ND(135), .flags = PL | TARGET | LLA, W_TARGET, W_LLADDR } },
	{ "advertisement with the source's address", ETH6 IP6("0020", "3a") ND_TARGET("88") LLADDR("01"),
	  .want = { W_ND(136), .flags = PL | TARGET | LLA, W_TARGET, W_LLADDR } },
	{ "solicitation: target's, then source's address", ETH6 IP6("0028", "3a") ND_TARGET("87")
	  LLADDR("02") LLADDR2("01"),
	  .want = { W_ND(135), .flags = PL | TARGET | LLA | BAD, W_TARGET, W_LLADDR2 } },
	{ "solicitation: source's, then target's address", ETH6 IP6("0028", "3a") ND_TARGET("87")
	  LLADDR2("01") LLADDR("02"),
	  .want = { W_ND(135), .flags = PL | TARGET | LLA | BAD, W_TARGET, W_LLADDR2 } },
	{ "advertisement: source's, then target's address", ETH6 IP6("0028", "3a") ND_TARGET("88")
	  LLADDR("01") LLADDR2("02"),
	  .want = { W_ND(136), .flags = PL | TARGET | LLA | BAD, W_TARGET, W_LLADDR2 } },
	{ "advertisement: target's, then source's address", ETH6 IP6("0028", "3a") ND_TARGET("88")
	  LLADDR2("02") LLADDR("01"),
	  .want = { W_ND(136), .flags = PL | TARGET | LLA | BAD, W_TARGET, W_LLADDR2 } },
	{ "redirect: source's, then target's address", ETH6 IP6("0038", "3a") ND_REDIRECT
	  LLADDR("01") LLADDR2("02"),
	  .want = { W_ND(137), .flags = PL | TARGET | LLA | BAD, W_TARGET, W_LLADDR2 } },
	{ "routers: target's, then source's address", ETH6 IP6("0020", "3a") ND_RA LLADDR("02") LLADDR2("01"),
	  .want = { W_ND(134), .flags = PL | LLA | BAD, W_LLADDR2 } },
	{ "two addresses of the source", ETH6 IP6("0028", "3a") ND_TARGET("87") LLADDR("01") LLADDR2("01"),
	  .want = { W_ND(135), .flags = PL | TARGET | LLA | BAD, W_TARGET, W_LLADDR } },
	{ "two addresses of the target in a solicitation", ETH6 IP6("0028", "3a") ND_TARGET("87")
	  LLADDR("02") LLADDR2("02"),
	  .want = { W_ND(135), .flags = PL | TARGET | LLA | BAD, W_TARGET, W_LLADDR } },
	{ "long link-layer address", ETH6 IP6("0028", "3a") ND_TARGET("87")
	  "0102 0200000000e0 0000000000000000",
	  .want = { W_ND(135), .flags = PL | TARGET | BAD, W_TARGET } },
	{ "long link-layer address behind another", ETH6 IP6("0030", "3a") ND_TARGET("88") LLADDR("02")
	  "0202 0200000000e0 0000000000000000",
	  .want = { W_ND(136), .flags = PL | TARGET | LLA | BAD, W_TARGET, W_LLADDR } },
	{ "bad option behind a link-layer address", ETH6 IP6("0028", "3a") ND_TARGET("87") LLADDR("01")
	  "0e00 000000000000",
	  .want = { W_ND(135), .flags = PL | TARGET | LLA | BAD, W_TARGET, W_LLADDR } },
	{ "31 options, then the address", ETH6 IP6("0118", "3a") ND_TARGET("87") NOPT31 LLADDR("01"),
	  .want = { W_ND(135), .flags = PL | TARGET | LLA, W_TARGET, W_LLADDR } },
	{ "32 options", ETH6 IP6("0118", "3a") ND_TARGET("87") NOPT31 NOPT,
	  .want = { W_ND(135), .flags = PL | TARGET, W_TARGET } },
	{ "the address, then 32 options", ETH6 IP6("0120", "3a") ND_TARGET("87") LLADDR("01") NOPT31 NOPT,
	  .want = { W_ND(135), .flags = PL | TARGET | LLA | BAD, W_TARGET, W_LLADDR } },
	{ "32 options, then the address", ETH6 IP6("0120", "3a") ND_TARGET("87") NOPT31 NOPT LLADDR("01"),
	  .want = { W_ND(135), .flags = PL | TARGET | BAD, W_TARGET } },
	{ "option of length 0", ETH6 IP6("0020", "3a") ND_TARGET("87") "0100 0200000000e0",
	  .want = { W_ND(135), .flags = PL | TARGET | BAD, W_TARGET } },
	{ "other option of length 0", ETH6 IP6("0028", "3a") ND_TARGET("88")
	  "0e00 000000000000" LLADDR("02"),
	  .want = { W_ND(136), .flags = PL | TARGET | BAD, W_TARGET } },
	{ "option too long", ETH6 IP6("0020", "3a") ND_TARGET("87") "0102 0200000000e0",
	  .want = { W_ND(135), .flags = PL | TARGET | BAD, W_TARGET } },
	{ "option into the padding", ETH6 IP6("0010", "3a") ND_RS "0102 0200000000e0" DATA8,
	  .want = { W_ND(133), .flags = PL | BAD } },
	{ "option far too long", ETH6 IP6("0020", "3a") ND_RA "0eff 000000000000" DATA8,
	  .want = { W_ND(134), .flags = PL | BAD } },
	{ "half an option", ETH6 IP6("001c", "3a") ND_TARGET("87") "0101 0200",
	  .want = { W_ND(135), .flags = PL | TARGET | BAD, W_TARGET } },
	{ "router solicitation, short", ETH6 IP6("0007", "3a") "8500 0000 000000",
	  .want = { W_ND(133), .flags = PL | BAD } },
	{ "router advertisement, short", ETH6 IP6("000f", "3a") ND_RA,
	  .want = { W_ND(134), .flags = PL | BAD } },
	{ "neighbour solicitation, short", ETH6 IP6("0017", "3a") ND_TARGET("87"),
	  .want = { W_ND(135), .flags = PL | BAD } },
	{ "neighbour advertisement, short", ETH6 IP6("0004", "3a") ND_TARGET("88"),
	  .want = { W_ND(136), .flags = PL | BAD } },
	{ "redirect, short", ETH6 IP6("0027", "3a") ND_REDIRECT,
	  .want = { W_ND(137), .flags = PL | BAD } },
	{ "renumbering is no neighbour discovery", ETH6 IP6("0008", "3a") "8a00 0000 l 00000000",
	  .want = { W_ND(138), .flags = PL } },
	{ "listener report is no neighbour discovery", ETH6 IP6("0018", "3a") "8400 0000 l 00000000" TARGET16,
	  .want = { W_ND(132), .flags = PL } },
	{ "neighbour discovery in IPv4 is nothing", ETH4 IP4("002c", "0000", "01") "8700 0000 l 00000000" TARGET16,
	  .want = { W_IP4(1), .flags = PL, .type = 135 } },
	{ "neighbour discovery in an atomic fragment", ETH6 IP6("0028", "2c") FRAG("3a", "0000") "p"
	  ND_TARGET("87") LLADDR("01"),
	  .want = { W_ND(135), .flags = PL | TARGET | LLA, W_TARGET, W_LLADDR } },
	{ "neighbour discovery in a first fragment", ETH6 IP6("0028", "2c") FRAG("3a", "0001") "p"
	  "8700 0000 l 00000000" TARGET16 LLADDR("01"),
	  .want = { W_ND(135), .flags = PL | BAD, W_FIRST } },
	{ "echo in a first fragment", ETH6 IP6("0010", "2c") FRAG("3a", "0001") "p" ECHO6,
	  .want = { W_IP6(58), W_ECHO6, W_FIRST } },

	/* ---- IPv6 extension headers ---- */
	{ "hop-by-hop", ETH6 IP6("001c", "00") EXT("06") "p" TCP,
	  .want = { W_IP6(6), W_TCP_OPT } },
	{ "hop-by-hop of 16 bytes", ETH6 IP6("0024", "00") EXT16("06") "p" TCP,
	  .want = { W_IP6(6), W_TCP_OPT } },
	{ "routing", ETH6 IP6("002c", "2b")
	  "0602 0401 00000000 k 20010db8000000000000000000000003 p" TCP,
	  .want = { W_IP6(6), W_TCP_OPT } },
	{ "destination options", ETH6 IP6("0010", "3c") EXT("3a") "p" ECHO6,
	  .want = { W_IP6(58), .flags = PL | OPT, .type = 128 } },
	{ "mobility is no extension header here", ETH6 IP6("0008", "87") "3b00 0000 00000000",
	  .want = { W_IP6(135), .flags = P } },
	{ "authentication", ETH6 IP6("0020", "33") AH12("06") "p" TCP,
	  .want = { W_IP6(6), W_TCP_OPT } },
	{ "authentication of 24 bytes", ETH6 IP6("002c", "33")
	  "0604 0000 00000001 k 00000001 00112233 44556677 8899aabb p" TCP,
	  .want = { W_IP6(6), W_TCP_OPT } },
	{ "authentication of 8 bytes", ETH6 IP6("001c", "33") "0600 0000 00000001 kp" TCP,
	  .want = { W_IP6(6), W_TCP_OPT } },
	{ "one of each", ETH6 IP6("0044", "00") EXT("3c") EXT("2b") EXT("2c")
	  FRAG("33", "0000") AH12("3c") "0600 010400000000 p" DATA8 DATA8,
	  .want = { W_IP6(6), .flags = P | OPT | BAD } },
	{ "eight headers", ETH6 IP6("0048", "00") EXT("3c") EXT("3c") EXT("3c") EXT("3c")
	  EXT("3c") EXT("3c") EXT("3c") EXT("3a") "p" ECHO6,
	  .want = { W_IP6(58), .flags = PL | OPT, .type = 128 } },
	{ "nine headers", ETH6 IP6("0050", "00") EXT("3c") EXT("3c") EXT("3c") EXT("3c")
	  EXT("3c") EXT("3c") EXT("3c") EXT("3c") EXT("3a") ECHO6,
	  .want = { W_IP6(0), .flags = OPT | BAD } },
	{ "extension header longer than the packet", ETH6 IP6("001c", "00")
	  "0603 010400000000" TCP,
	  .want = { W_IP6(0), .flags = OPT | BAD } },
	{ "extension header into the padding", ETH6 IP6("0008", "00") EXT16("3b"),
	  .want = { W_IP6(0), .flags = OPT | BAD } },
	{ "largest extension header", ETH6 IP6("001c", "2b") "06ff 010400000000" TCP,
	  .want = { W_IP6(0), .flags = OPT | BAD } },
	{ "authentication longer than the packet", ETH6 IP6("0010", "33")
	  "0603 0000 00000001 00000001 00000001",
	  .want = { W_IP6(0), .flags = OPT | BAD } },
	{ "extension header that is not there", ETH6 IP6("0000", "3c"),
	  .want = { W_IP6(0), .flags = BAD } },

	{ "routing, then fragment, then options", ETH6 IP6("0020", "2b") EXT("2c") FRAG("3c", "0001")
	  EXT("3a") "p" ECHO6,
	  .want = { W_IP6(58), .flags = PL | OPT, .type = 128, W_FIRST } },
	{ "options, then a later fragment", ETH6 IP6("0018", "3c") EXT("2c") FRAG("3a", "0010") "p" ECHO6,
	  .want = { W_IP6(58), .flags = P | OPT, W_LATER } },
	{ "options behind the fragment header", ETH6 IP6("0018", "2c") FRAG("3c", "0000")
	  EXT("3a") "p" ECHO6,
	  .want = { W_IP6(58), .flags = PL | OPT, .type = 128 } },

	/* ---- IPv6 fragments ---- */
	{ "IPv6 first fragment", ETH6 IP6("0018", "2c") FRAG("11", "0001") "p"
	  UDP("0400") "l" DATA8,
	  .want = { W_IP6(17), W_UDP, W_FIRST } },
	{ "IPv6 first fragment without transport", ETH6 IP6("000c", "2c") FRAG("11", "0001") DATA4,
	  .want = { W_IP6(17), .flags = P | BAD, W_FIRST } },
	{ "IPv6 middle fragment", ETH6 IP6("001c", "2c") FRAG("06", "0019") "p" TCP,
	  .want = { W_IP6(6), .flags = P, W_LATER } },
	{ "IPv6 last fragment", ETH6 IP6("001c", "2c") FRAG("06", "0018") "p" TCP,
	  .want = { W_IP6(6), .flags = P, W_LATER } },
	{ "IPv6 fragment over the flags of TCP", ETH6 IP6("001c", "2c") FRAG("06", "0009") "p" TCP,
	  .want = { W_IP6(6), .flags = P | BAD, W_LATER } },
	{ "IPv6 fragment over the end of TCP", ETH6 IP6("001c", "2c") FRAG("06", "0010") "p" TCP,
	  .want = { W_IP6(6), .flags = P | BAD, W_LATER } },
	{ "IPv6 last fragment of extension headers", ETH6 IP6("0010", "2c") FRAG("3c", "fff8") "p" DATA8,
	  .want = { W_IP6(0), W_LATER } },
	{ "atomic fragment, then a later one", ETH6 IP6("0018", "2c") "2c00 0000 00000007"
	  FRAG("3a", "0008") "p" ECHO6,
	  .want = { W_IP6(58), .flags = P, W_LATER } },
	{ "first fragment, cut options inside", ETH6 IP6("000c", "2c") FRAG("3c", "0001") DATA4,
	  .want = { W_IP6(0), .flags = BAD, W_FIRST } },
	{ "fragment header, cut", ETH6 IP6("0004", "2c") DATA4,
	  .want = { W_IP6(0), .flags = BAD } },
	{ "atomic fragment", ETH6 IP6("0014", "2c") FRAG("11", "0000") "p" UDP("000c") DATA4 "l",
	  .want = { W_IP6(17), W_UDP } },
	{ "atomic fragment, UDP length lies", ETH6 IP6("0014", "2c") FRAG("11", "0000")
	  UDP("000d") DATA4,
	  .want = { W_IP6(17), .flags = P | BAD } },
	{ "reserved byte is no length", ETH6 IP6("001c", "2c") "06ff 0000 00000007 jp" TCP,
	  .want = { W_IP6(6), W_TCP } },
	{ "reserved bits are no offset", ETH6 IP6("001c", "2c") FRAG("06", "0006") "p" TCP,
	  .want = { W_IP6(6), W_TCP } },
	{ "first fragment with an extension header inside", ETH6 IP6("0018", "2c")
	  FRAG("3c", "0001") EXT("11") "p" UDP("0400") "l",
	  .want = { W_IP6(17), .flags = PL | OPT, .sport = 5000, .dport = 8080, W_FIRST } },
};

const unsigned int frames_count = sizeof(frames) / sizeof(frames[0]);

static void frame_set_mark(struct frame_bytes *b, char mark)
{
	if (mark == ' ')
		return;
	if (!strchr("tusoqrwmikjplnxy", mark))
		abort();
	if (mark == 'x')
		b->is_option_end[b->len] = true;
	if (!b->ends[(int)mark] || !strchr("kj", mark))
		b->ends[(int)mark] = b->len;
}

static int frame_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = strchr(digits, c);

	return p && *p ? p - digits : -1;
}

void frame_read(struct frame_bytes *b, const char *text)
{
	memset(b, 0, sizeof(*b));
	while (*text) {
		if (frame_digit(text[0]) < 0) {
			frame_set_mark(b, *text++);
			continue;
		}
		if (frame_digit(text[1]) < 0 || b->len == FRAME_MAX)
			abort();
		b->data[b->len++] = frame_digit(text[0]) << 4 | frame_digit(text[1]);
		text += 2;
	}
}

void frame_skb_init(struct frame_skb *f, const u8 *data, unsigned int len,
		    unsigned int nlinear, int mac_offset)
{
	memset(f, 0, sizeof(*f));
	f->linear = malloc(2 + nlinear);
	f->paged = malloc(len - nlinear);
	ASAN_POISON_MEMORY_REGION(f->linear, 2);
	memcpy(f->linear + 2, data, nlinear);
	memcpy(f->paged, data + nlinear, len - nlinear);

	f->skb.mac = f->linear + 2;
	f->skb.data = f->skb.mac - mac_offset;
	f->skb.len = len + mac_offset;
	f->skb.data_len = len - nlinear;
	f->skb.paged = f->paged;
}

bool frame_skb_is_unchanged(const struct frame_skb *f, const u8 *data,
			    unsigned int len)
{
	unsigned int nlinear = len - f->skb.data_len;

	return !memcmp(f->linear + 2, data, nlinear) &&
	       !memcmp(f->paged, data + nlinear, len - nlinear);
}

void frame_skb_destroy(struct frame_skb *f)
{
	ASAN_UNPOISON_MEMORY_REGION(f->linear, 2);
	free(f->linear);
	free(f->paged);
}

/* ---- both ways to read a frame ---- */

unsigned int frame_nplain[BRFW_FAMILIES];

/* The words that are filled in, one by one. */
static bool frame_is_same(const struct brfw_key *got,
			  const struct brfw_key *want, bool has_rest)
{
	int i, n = want->family == BRFW_FAMILY_IP4 ? BRFW_KEY_IP4_WORDS :
						     BRFW_KEY_WORDS;

	for (i = 0; i < n; i++) {
		bool is_rest = BRFW_KEY_REST & 1U << i;

		if (got->words[i] != (is_rest && !has_rest ? 0 : want->words[i]))
			return false;
	}

	return true;
}

void frame_read_key(struct brfw_key *key, const struct sk_buff *skb,
		    const struct brfw_vlan *vlan, struct brfw_layout *layout)
{
	struct brfw_layout plain_layout;
	struct brfw_key plain;
	int has_rest;

	brfw_key_read(key, skb, vlan, layout);
	if (vlan->proto || vlan->is_unknown)
		return;

	for (has_rest = 0; has_rest < 2; has_rest++) {
		memset(&plain, 0xff, sizeof(plain));
		memset(&plain_layout, 0xff, sizeof(plain_layout));
		if (!brfw_key_read_plain(&plain, skb, &plain_layout))
			return;
		if (has_rest)
			brfw_key_read_plain_rest(&plain, skb);
		frame_nplain[key->family]++;
		if (!frame_is_same(&plain, key, has_rest) ||
		    memcmp(&plain_layout, layout, sizeof(*layout))) {
			fprintf(stderr, "brfw_key_read_plain() reads a frame differently\n");
			abort();
		}
	}
}
