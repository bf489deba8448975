/* SPDX-License-Identifier: MIT */
/* What the parser makes of a script, of times and of calls. */
#include "drill_case.h"
#include "symbol.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>

#define MS INT64_C(1000000)

static const struct drill_call *call(const char *text)
{
	return &one(text, DRILL_EVENT_CALL)->call;
}

/* The argument of a call that has but one. */
static const struct drill_expr *argument(const char *text)
{
	char line[512];

	snprintf(line, sizeof line, "+0 f(%s) = 0", text);
	assert_int_equal(call(line)->arguments, 1);
	return script->event[0].call.argument[0];
}

/* ---- the frame of a script -------------------------------------------- */

static void an_empty_script_has_nothing(void **state)
{
	(void)state;
	parse(" \n# one\n// two\n/* three\n */\n");
	assert_string_equal(script->name, "a.pkt");
	assert_int_equal(script->options, 0);
	assert_int_equal(script->events, 0);
	assert_null(script->init.data);
}

static void options_are_kept_as_text(void **state)
{
	(void)state;
	parse("--mss=1000 --strict_segments\n--so_flags=\"a b\" // c\n"
	      "--mss=1200\n");
	assert_int_equal(script->options, 4);
	is_text(script->option[0].name, "mss");
	is_text(script->option[0].value, "1000");
	is_text(script->option[1].value, "");
	is_text(script->option[2].value, "a b");
	assert_int_equal(script->option[2].at.line, 2);
	assert_int_equal(script->option[1].at.column, 12);
	assert_string_equal(drill_script_option(script, "mss"), "1200");
	assert_null(drill_script_option(script, "mtu"));
}

static void the_first_command_is_apart(void **state)
{
	(void)state;
	parse("--mtu=1500\n`./a.sh\n./b.sh \\`c\\``\n+0 `d`\n`e`");
	is_text(script->init, "./a.sh\n./b.sh \\`c\\`");
	assert_int_equal(script->init_at.line, 2);
	assert_int_equal(script->events, 2);
	is_text(script->event[0].text, "d");
	is_text(script->event[1].text, "e");
	assert_int_equal(script->event[1].kind, DRILL_EVENT_COMMAND);
}

static void code_is_kept_with_its_line(void **state)
{
	const struct drill_event *event;

	(void)state;
	event = one("\n+.5 %{ assert x == \"}\", '%d' % x\ny }%",
		    DRILL_EVENT_CODE);
	is_text(event->text, " assert x == \"}\", '%d' % x\ny ");
	assert_int_equal(event->action.line, 2);
	assert_int_equal(event->action.column, 5);
}

/* What the command line defines is not changed by the script. */
static void a_macro_stands_for_its_text(void **state)
{
	static const struct drill_define defines[] = {
		{ "TEN", "10" },
		{ NULL, NULL },
	};
	const struct drill_tcp *tcp;

	(void)state;
	parse_with("--define=TEN=11 --define=COOKIE=0a0b\n"
		   "+0 < S 0:0(0) win TEN <FO COOKIE,mss TEN>\n"
		   "+0 write(TEN, ..., 1) = TEN",
		   defines);
	tcp = &script->event[0].packet.tcp;
	assert_int_equal(tcp->win, 10);
	assert_int_equal(tcp->option[0].len, 2);
	assert_int_equal(tcp->option[0].data[1], 0x0b);
	assert_int_equal(tcp->option[1].number, 10);
	assert_int_equal(script->event[1].call.result->value, 10);
}

/* Its words are not looked up again; all is where the macro is used. */
static void a_macro_may_be_many_tokens(void **state)
{
	static const struct drill_define defines[] = {
		{ "ARGS", "3, \"a b\", AF_INET)" },
		{ "AF_INET", "7" },
		{ "NOTHING", "" },
		{ NULL, NULL },
	};
	const struct drill_call *c;

	(void)state;
	parse_with("+0 f(ARGS = AF_INET NOTHING", defines);
	c = &script->event[0].call;
	assert_int_equal(c->arguments, 3);
	is_text(c->argument[1]->text, "a b");
	assert_int_equal(c->argument[2]->value, AF_INET);
	assert_int_equal(c->argument[2]->at.column, 6);
	assert_int_equal(c->result->value, 7);
	is_text(script->event[0].source, "f(ARGS = AF_INET");
}

/* ---- times ------------------------------------------------------------ */

static void times_are_of_all_kinds(void **state)
{
	static const struct {
		const char *text;
		enum drill_time_kind kind;
		int64_t start, end;
	} cases[] = {
		{ "", DRILL_TIME_NONE, 0, 0 },
		{ "0 ", DRILL_TIME_ABSOLUTE, 0, 0 },
		{ "1.5 ", DRILL_TIME_ABSOLUTE, 1500 * MS, 1500 * MS },
		{ ".1 ", DRILL_TIME_ABSOLUTE, 100 * MS, 100 * MS },
		{ "+.1 ", DRILL_TIME_RELATIVE, 100 * MS, 100 * MS },
		{ "+0.000000001 ", DRILL_TIME_RELATIVE, 1, 1 },
		{ "+7200 ", DRILL_TIME_RELATIVE, 7200000 * MS, 7200000 * MS },
		{ "* ", DRILL_TIME_ANY, 0, 0 },
		{ "0.1~0.2 ", DRILL_TIME_ABSOLUTE_RANGE, 100 * MS, 200 * MS },
		{ "+0.1~+0.2 ", DRILL_TIME_RELATIVE_RANGE, 100 * MS, 200 * MS },
		{ "+.1~.2 ", DRILL_TIME_RELATIVE_RANGE, 100 * MS, 200 * MS },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct drill_event *event;
		char text[64];

		snprintf(text, sizeof text, "%sclose(3) = 0", cases[i].text);
		event = one(text, DRILL_EVENT_CALL);
		assert_int_equal(event->time, cases[i].kind);
		assert_int_equal(event->start, cases[i].start);
		assert_int_equal(event->end, cases[i].end);
		assert_false(event->call.blocks);
		assert_int_equal(event->at.column, 1);
		assert_int_equal(event->action.column,
				 1 + strlen(cases[i].text));
		is_text(event->source, "close(3) = 0");
	}
}

static void a_call_that_blocks_has_an_end(void **state)
{
	const struct drill_event *event;

	(void)state;
	event = one("+0...0.200 accept(3, ..., ...) = 4", DRILL_EVENT_CALL);
	assert_true(event->call.blocks);
	assert_int_equal(event->time, DRILL_TIME_RELATIVE);
	assert_int_equal(event->start, 0);
	assert_int_equal(event->end, 200 * MS);
	event = one("0.100...1.5 read(3, ..., 1) = 1", DRILL_EVENT_CALL);
	assert_true(event->call.blocks);
	assert_int_equal(event->time, DRILL_TIME_ABSOLUTE);
	assert_int_equal(event->start, 100 * MS);
	assert_int_equal(event->end, 1500 * MS);
}

/* ---- calls ------------------------------------------------------------ */

static void a_call_has_arguments_and_a_result(void **state)
{
	const struct drill_call *c;

	(void)state;
	c = call("+0 accept(3, ..., ...) = -1 EAGAIN (Can't (now))");
	is_text(c->name, "accept");
	assert_int_equal(c->arguments, 3);
	assert_int_equal(c->argument[0]->kind, DRILL_NUMBER);
	assert_int_equal(c->argument[0]->value, 3);
	assert_int_equal(c->argument[0]->at.column, 11);
	assert_int_equal(c->argument[1]->kind, DRILL_ANY);
	assert_int_equal(c->result->value, -1);
	assert_int_equal(c->error, EAGAIN);
	is_text(c->error_name, "EAGAIN");
	is_text(c->note, "Can't (now)");
	c = call("+0 fcntl(3, F_GETFL) = 0x802 (flags O_RDWR|O_NONBLOCK)");
	assert_int_equal(c->result->value, 0x802);
	assert_int_equal(c->error, 0);
	is_text(c->note, "flags O_RDWR|O_NONBLOCK");
	c = call("+0 sync() = ...");
	assert_int_equal(c->arguments, 0);
	assert_int_equal(c->result->kind, DRILL_ANY);
	assert_null(c->note.data);
}

static void numbers_are_as_in_c(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
	} cases[] = {
		{ "0", 0 },
		{ "0644", 0644 },
		{ "0x1F", 31 },
		{ "-5", -5 },
		{ "~0", -1 },
		{ "18446744073709551615", -1 },
		{ "-9223372036854775808", INT64_MIN },
		{ "AF_INET6", AF_INET6 },
		{ "O_RDWR|O_NONBLOCK", O_RDWR | O_NONBLOCK },
		{ "1|2|4", 7 },
		{ "NULL", 0 },
		{ "ECONNREFUSED", ECONNREFUSED },
		{ "EPOLLET", (int64_t)EPOLLET },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct drill_expr *expr = argument(cases[i].text);

		assert_int_equal(expr->kind, DRILL_NUMBER);
		assert_int_equal(expr->value, cases[i].value);
		is_text(expr->text, cases[i].text);
	}
}

static void a_foreign_constant_is_told_apart(void **state)
{
	(void)state;
	assert_int_equal(argument("TCP_FUNCTION_BLK")->kind, DRILL_FOREIGN);
	assert_int_equal(argument("1|MSG_EOF|2")->kind, DRILL_FOREIGN);
	is_text(script->event[0].call.argument[0]->text, "1|MSG_EOF|2");
}

static void strings_resolve_their_escapes(void **state)
{
	const struct drill_expr *expr;

	(void)state;
	expr = argument("\"a\\n\\x00\\101\\\\\\\"\\xfg\"");
	assert_int_equal(expr->kind, DRILL_STRING);
	assert_int_equal(expr->text.len, 8);
	assert_memory_equal(expr->text.data, "a\n\0A\\\"\xfg", 8);
	assert_false(expr->more);
	assert_true(argument("\"abc\"...")->more);
}

static void arrays_nest(void **state)
{
	const struct drill_expr *expr = argument("[1, [..., \"a\"], []]");

	(void)state;
	assert_int_equal(expr->kind, DRILL_ARRAY);
	assert_int_equal(expr->items, 3);
	assert_int_equal(expr->item[0]->value, 1);
	assert_int_equal(expr->item[1]->items, 2);
	assert_int_equal(expr->item[1]->item[0]->kind, DRILL_ANY);
	assert_int_equal(expr->item[2]->items, 0);
}

/* ---- structs ---------------------------------------------------------- */

static void addresses_are_structs(void **state)
{
	const struct drill_expr *expr, *member;

	(void)state;
	expr = argument("{sa_family = AF_INET, sin_port = htons(8080), "
			"sin_addr = inet_addr(\"192.0.2.1\")}");
	assert_int_equal(expr->kind, DRILL_STRUCT);
	assert_int_equal(expr->shape, DRILL_SOCKADDR_IN);
	assert_int_equal(expr->fields, 3);
	member = drill_expr_member(expr, "sin_port");
	assert_int_equal(member->kind, DRILL_CALL);
	is_text(member->text, "htons");
	assert_int_equal(member->item[0]->value, 8080);
	assert_null(drill_expr_member(expr, "sin6_port"));
	expr = argument("{sa_family=AF_INET6, sin6_port=htons(8080), "
			"inet_pton(AF_INET6, \"::1\", &sin6_addr), "
			"sin6_scope_id=0}");
	assert_int_equal(expr->shape, DRILL_SOCKADDR_IN6);
	member = drill_expr_member(expr, "sin6_addr");
	is_text(member->text, "inet_pton");
	is_text(member->item[1]->text, "::1");
	assert_int_equal(member->item[2]->kind, DRILL_ADDRESS);
	expr = argument("{sa_family = AF_UNSPEC}");
	assert_int_equal(expr->shape, DRILL_SOCKADDR);
}

static void a_message_has_parts(void **state)
{
	const struct drill_expr *expr, *member;

	(void)state;
	expr = argument("{msg_name(...)=..., msg_iov(2)=[{..., 1000}, "
			"{\"data\", 4}], msg_flags=MSG_EOR, "
			"msg_control=[{cmsg_level=SOL_SOCKET, "
			"cmsg_type=SCM_TIMESTAMPING, "
			"cmsg_data={scm_sec=1, scm_nsec=2}}]}");
	assert_int_equal(expr->shape, DRILL_MSGHDR);
	assert_int_equal(expr->field[0].count->kind, DRILL_ANY);
	assert_int_equal(expr->field[1].count->value, 2);
	assert_null(expr->field[2].count);
	member = drill_expr_member(expr, "msg_iov");
	assert_int_equal(member->item[1]->shape, DRILL_IOVEC);
	assert_int_equal(member->item[1]->field[1].value->value, 4);
	assert_null(member->item[1]->field[1].name.data);
	member = drill_expr_member(expr, "msg_control")->item[0];
	assert_int_equal(member->shape, DRILL_CMSG);
	member = drill_expr_member(member, "cmsg_data");
	assert_int_equal(member->shape, DRILL_TIMESTAMPING);
	assert_int_equal(drill_expr_member(member, "scm_nsec")->value, 2);
}

static void shapes_are_told_by_members(void **state)
{
	static const struct {
		const char *text;
		enum drill_shape shape;
	} cases[] = {
		{ "{}", DRILL_PLAIN },
		{ "{onoff=1, linger=0}", DRILL_LINGER },
		{ "{l_onoff=1, l_linger=0}", DRILL_LINGER },
		{ "{fd=4, events=POLLIN, revents=...}", DRILL_POLLFD },
		{ "{fd=4, events=POLLIN|POLLOUT}", DRILL_POLLFD },
		{ "{events=POLLIN, fd=4, revents=0}", DRILL_POLLFD },
		{ "{events=EPOLLIN, fd=4}", DRILL_EPOLL_EVENT },
		{ "{events=EPOLLIN, ptr=4}", DRILL_EPOLL_EVENT },
		{ "{tv_sec=1, tv_usec=0}", DRILL_TIMEVAL },
		{ "{ee_errno=ENOMSG, ee_info=0}", DRILL_EXTENDED_ERR },
		{ "{function_set_name=\"rack\"}", DRILL_FUNCTION_SET },
		{ "{iov_base=..., iov_len=1}", DRILL_IOVEC },
		{ "{1, 2, 3}", DRILL_PLAIN },
		{ "{address=0, length=1}", DRILL_PLAIN },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(argument(cases[i].text)->shape,
				 cases[i].shape);
}

/* ---- tables ----------------------------------------------------------- */

static size_t count(const struct drill_symbol *table, const char *name)
{
	size_t n = 0;

	for (; table->name; table++)
		n += strcmp(table->name, name) == 0;
	return n;
}

/* The first of two would hide the other. */
static void each_symbol_is_there_once(void **state)
{
	const struct drill_symbol *s;
	const char *const *name;

	(void)state;
	for (s = drill_symbols; s->name; s++)
		if (count(drill_symbols, s->name) != 1 ||
		    drill_symbol_is_foreign(s->name, strlen(s->name)))
			fail_msg("%s is there twice", s->name);
	for (s = drill_errnos; s->name; s++)
		assert_int_equal(count(drill_errnos, s->name), 1);
	for (name = drill_foreign_symbols; *name; name++)
		assert_null(drill_symbol_find(*name, strlen(*name)));
}

static void errors_have_names(void **state)
{
	(void)state;
	assert_string_equal(drill_errno_name(EAGAIN), "EAGAIN");
	assert_string_equal(drill_errno_name(EINPROGRESS), "EINPROGRESS");
	assert_null(drill_errno_name(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_empty_script_has_nothing),
		CASE(options_are_kept_as_text),
		CASE(the_first_command_is_apart),
		CASE(code_is_kept_with_its_line),
		CASE(a_macro_stands_for_its_text),
		CASE(a_macro_may_be_many_tokens),
		CASE(times_are_of_all_kinds),
		CASE(a_call_that_blocks_has_an_end),
		CASE(a_call_has_arguments_and_a_result),
		CASE(numbers_are_as_in_c),
		CASE(a_foreign_constant_is_told_apart),
		CASE(strings_resolve_their_escapes),
		CASE(arrays_nest),
		CASE(addresses_are_structs),
		CASE(a_message_has_parts),
		CASE(shapes_are_told_by_members),
		CASE(each_symbol_is_there_once),
		CASE(errors_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
