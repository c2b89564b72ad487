// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sample frames of the tests of the parser; key_frame.h tells their form.
 */
#include <stdlib.h>
#include <string.h>

#include <sanitizer/asan_interface.h>

#include "key_frame.h"

#define P	BRFW_KEY_F_PROTO
#define PL	(BRFW_KEY_F_PROTO | BRFW_KEY_F_L4)
#define BAD	BRFW_KEY_F_MALFORMED

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
#define EXT(next)	next "00 010400000000 "
#define EXT16(next)	next "01 010c00000000 0000000000000000 "
#define AH12(next)	next "01 0000 00000001 00000001 "
#define FRAG(next, off)	next "00" off "00000007 "

#define W_ETH4	.eth_type = 0x0800
#define W_ETH6	.eth_type = 0x86dd
#define W_OTHER	.family = BRFW_FAMILY_OTHER
#define W_IP4(proto) \
	W_ETH4, .family = BRFW_FAMILY_IP4, .ip_proto = proto, \
	.ip4.src = { 10, 0, 0, 1 }, .ip4.dst = { 10, 0, 0, 2 }
#define W_IP6(proto) \
	W_ETH6, .family = BRFW_FAMILY_IP6, .ip_proto = proto, \
	.ip6.src = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 }, \
	.ip6.dst = { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 }
#define W_TCP	.flags = PL, .sport = 5000, .dport = 7070, .tcp_flags = 0x12
#define W_UDP	.flags = PL, .sport = 5000, .dport = 8080
#define W_ECHO	.flags = PL, .icmp_type = 8
#define W_ECHO6	.flags = PL, .icmp_type = 128

const struct frame frames[] = {
	/* ---- Ethernet ---- */
	{ "ARP", MACS "0806 0001 0800 0604 0001 0200000000e0 0a000001 000000000000 0a000002",
	  .want = { .eth_type = 0x0806, W_OTHER } },
	{ "unknown EtherType, nothing behind", MACS "88b5",
	  .want = { .eth_type = 0x88b5, W_OTHER } },
	{ "LLC: a length for EtherType", MACS "0026 424203 0000 00 00 8000 020000000000",
	  .want = { W_OTHER } },
	{ "largest length", MACS "05ff aaaa03", .want = { W_OTHER } },
	{ "smallest EtherType", MACS "0600 00", .want = { .eth_type = 0x0600, W_OTHER } },
	{ "IPv4 with no byte", ETH4, .want = { W_ETH4, .flags = BAD, W_OTHER } },
	{ "IPv6 with no byte", ETH6, .want = { W_ETH6, .flags = BAD, W_OTHER } },

	/* ---- VLAN ---- */
	{ "tag beside the frame", ETH4 IP4("0028", "0000", "06") TCP,
	  .has_tag = true, .vlan_tci = 0x6064,
	  .want = { W_IP4(6), W_TCP, .vlan = 0x7064 } },
	{ "tag in the frame", MACS "8100 6064 0800t" IP4("0028", "0000", "06") TCP,
	  .want = { W_IP4(6), W_TCP, .vlan = 0x7064 } },
	{ "service tag in the frame", MACS "88a8 0fff 86ddt" IP6("0008", "3a") ECHO6,
	  .want = { W_IP6(58), W_ECHO6, .vlan = 0x1fff } },
	{ "priority tag beside the frame", ETH4 IP4("001c", "0000", "01") ECHO,
	  .has_tag = true, .vlan_tci = 0xe000,
	  .want = { W_IP4(1), W_ECHO, .vlan = 0xf000 } },
	{ "tag with nothing in it", MACS "8100 0000 0806t",
	  .want = { .eth_type = 0x0806, .vlan = 0x1000, W_OTHER } },
	{ "drop eligible is not presence", MACS "8100 1001 0806t",
	  .want = { .eth_type = 0x0806, .vlan = 0x1001, W_OTHER } },
	{ "drop eligible beside the frame", MACS "0806",
	  .has_tag = true, .vlan_tci = 0x1001,
	  .want = { .eth_type = 0x0806, .vlan = 0x1001, W_OTHER } },
	{ "LLC behind a tag", MACS "8100 0001 0003t 424203",
	  .want = { .vlan = 0x1001, W_OTHER } },
	{ "two tags", MACS "88a8 0001 8100t 0002 0800" IP4("001c", "0000", "01") ECHO,
	  .want = { .eth_type = 0x8100, .vlan = 0x1001, W_OTHER } },
	{ "one tag beside, one in the frame", MACS "8100 0002 0800" IP4("001c", "0000", "01") ECHO,
	  .has_tag = true, .vlan_tci = 1,
	  .want = { .eth_type = 0x8100, .vlan = 0x1001, W_OTHER } },
	{ "half a tag", MACS "8100 0001 08",
	  .want = { .eth_type = 0x8100, .flags = BAD, W_OTHER } },
	{ "no tag where one was promised", MACS "88a8",
	  .want = { .eth_type = 0x88a8, .flags = BAD, W_OTHER } },

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
	  .want = { W_IP4(1), .flags = PL, .icmp_type = 3, .icmp_code = 1 } },
	{ "ICMPv6 in IPv4 is nothing", ETH4 IP4("001c", "0000", "3a") ECHO6,
	  .want = { W_IP4(58), .flags = P } },
	{ "unknown protocol", ETH4 IP4("0018", "0000", "fd") DATA4,
	  .want = { W_IP4(253), .flags = P } },
	{ "protocol 0", ETH4 IP4("0014", "0000", "00"),
	  .want = { W_IP4(0), .flags = P } },
	{ "options", ETH4 "4700 0030 1234 0000 40 06 0000 0a000001 0a000002 94040000 01010101i" TCP,
	  .want = { W_IP4(6), W_TCP } },
	{ "all options", ETH4 "4f00 0044 1234 0000 40 01 0000 0a000001 0a000002"
	  DATA8 DATA8 DATA8 DATA8 DATA8 "i" ECHO,
	  .want = { W_IP4(1), W_ECHO } },
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

	/* ---- IPv4 fragments ---- */
	{ "first fragment", ETH4 IP4("0024", "2000", "11") UDP("0400") "l" DATA8,
	  .want = { W_IP4(17), W_UDP } },
	{ "first fragment without transport", ETH4 IP4("0018", "2000", "11") DATA4,
	  .want = { W_IP4(17), .flags = P | BAD } },
	{ "first fragment of TCP", ETH4 IP4("0028", "2000", "06") TCP,
	  .want = { W_IP4(6), W_TCP } },
	{ "middle fragment", ETH4 IP4("0028", "2001", "06") TCP,
	  .want = { W_IP4(6), .flags = P } },
	{ "last fragment", ETH4 IP4("0028", "1000", "06") TCP,
	  .want = { W_IP4(6), .flags = P } },
	{ "last fragment, short", ETH4 IP4("0015", "1fff", "11") "61",
	  .want = { W_IP4(17), .flags = P } },
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
	{ "UDP length 7 of many frames", ETH4 IP4("0024", "0000", "11") UDP("0007") DATA8,
	  .is_gso = true, .want = { W_IP4(17), .flags = P | BAD } },
	{ "UDP length 7 in a first fragment", ETH4 IP4("0024", "2000", "11") UDP("0007") DATA8,
	  .want = { W_IP4(17), .flags = P | BAD } },

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
	{ "jumbo payload of many frames", ETH6 IP6("0000", "00") "06 00 c204 00010000 p" TCP DATA8,
	  .is_gso = true, .want = { W_IP6(6), W_TCP } },

	/* ---- IPv6 extension headers ---- */
	{ "hop-by-hop", ETH6 IP6("001c", "00") EXT("06") "p" TCP,
	  .want = { W_IP6(6), W_TCP } },
	{ "hop-by-hop of 16 bytes", ETH6 IP6("0024", "00") EXT16("06") "p" TCP,
	  .want = { W_IP6(6), W_TCP } },
	{ "routing", ETH6 IP6("002c", "2b")
	  "0602 0401 00000000 20010db8000000000000000000000003 p" TCP,
	  .want = { W_IP6(6), W_TCP } },
	{ "destination options", ETH6 IP6("0010", "3c") EXT("3a") "p" ECHO6,
	  .want = { W_IP6(58), W_ECHO6 } },
	{ "mobility", ETH6 IP6("0008", "87") "3b00 0000 00000000 p",
	  .want = { W_IP6(59), .flags = P } },
	{ "authentication", ETH6 IP6("0020", "33") AH12("06") "p" TCP,
	  .want = { W_IP6(6), W_TCP } },
	{ "authentication of 24 bytes", ETH6 IP6("002c", "33")
	  "0604 0000 00000001 00000001 00112233 44556677 8899aabb p" TCP,
	  .want = { W_IP6(6), W_TCP } },
	{ "authentication of 8 bytes", ETH6 IP6("001c", "33") "0600 0000 00000001 p" TCP,
	  .want = { W_IP6(6), W_TCP } },
	{ "one of each", ETH6 IP6("0044", "00") EXT("3c") EXT("2b") EXT("2c")
	  FRAG("33", "0000") AH12("3c") "0600 010400000000 p" DATA8 DATA8,
	  .want = { W_IP6(6), .flags = P | BAD } },
	{ "eight headers", ETH6 IP6("0048", "00") EXT("3c") EXT("3c") EXT("3c") EXT("3c")
	  EXT("3c") EXT("3c") EXT("3c") EXT("3a") "p" ECHO6,
	  .want = { W_IP6(58), W_ECHO6 } },
	{ "nine headers", ETH6 IP6("0050", "00") EXT("3c") EXT("3c") EXT("3c") EXT("3c")
	  EXT("3c") EXT("3c") EXT("3c") EXT("3c") EXT("3a") ECHO6,
	  .want = { W_IP6(0), .flags = BAD } },
	{ "extension header longer than the packet", ETH6 IP6("001c", "00")
	  "0603 010400000000" TCP,
	  .want = { W_IP6(0), .flags = BAD } },
	{ "extension header into the padding", ETH6 IP6("0008", "00") EXT16("3b"),
	  .want = { W_IP6(0), .flags = BAD } },
	{ "largest extension header", ETH6 IP6("001c", "2b") "06ff 010400000000" TCP,
	  .want = { W_IP6(0), .flags = BAD } },
	{ "authentication longer than the packet", ETH6 IP6("0010", "33")
	  "0603 0000 00000001 00000001 00000001",
	  .want = { W_IP6(0), .flags = BAD } },
	{ "extension header that is not there", ETH6 IP6("0000", "3c"),
	  .want = { W_IP6(0), .flags = BAD } },

	/* ---- IPv6 fragments ---- */
	{ "IPv6 first fragment", ETH6 IP6("0018", "2c") FRAG("11", "0001") "p"
	  UDP("0400") "l" DATA8,
	  .want = { W_IP6(17), W_UDP } },
	{ "IPv6 first fragment without transport", ETH6 IP6("000c", "2c") FRAG("11", "0001") DATA4,
	  .want = { W_IP6(17), .flags = P | BAD } },
	{ "IPv6 middle fragment", ETH6 IP6("001c", "2c") FRAG("06", "0009") "p" TCP,
	  .want = { W_IP6(6), .flags = P } },
	{ "IPv6 last fragment", ETH6 IP6("001c", "2c") FRAG("06", "0008") "p" TCP,
	  .want = { W_IP6(6), .flags = P } },
	{ "IPv6 last fragment of extension headers", ETH6 IP6("0010", "2c") FRAG("3c", "fff8") "p" DATA8,
	  .want = { W_IP6(0) } },
	{ "atomic fragment", ETH6 IP6("0014", "2c") FRAG("11", "0000") "p" UDP("000c") DATA4 "l",
	  .want = { W_IP6(17), W_UDP } },
	{ "atomic fragment, UDP length lies", ETH6 IP6("0014", "2c") FRAG("11", "0000")
	  UDP("000d") DATA4,
	  .want = { W_IP6(17), .flags = P | BAD } },
	{ "reserved byte is no length", ETH6 IP6("001c", "2c") "06ff 0000 00000007 p" TCP,
	  .want = { W_IP6(6), W_TCP } },
	{ "reserved bits are no offset", ETH6 IP6("001c", "2c") FRAG("06", "0006") "p" TCP,
	  .want = { W_IP6(6), W_TCP } },
	{ "first fragment with an extension header inside", ETH6 IP6("0018", "2c")
	  FRAG("3c", "0001") EXT("11") "p" UDP("0400") "l",
	  .want = { W_IP6(17), W_UDP } },
};

const unsigned int frames_count = sizeof(frames) / sizeof(frames[0]);

static void frame_set_mark(struct frame_bytes *b, char mark)
{
	if (mark == 't')
		b->tag = b->len;
	else if (mark == 'i')
		b->ip = b->len;
	else if (mark == 'p')
		b->proto = b->len;
	else if (mark == 'l')
		b->l4 = b->len;
	else if (mark != ' ')
		abort();
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
