/* SPDX-License-Identifier: MIT */
/*
 * epoll. A watch joins a file and an instance. What may have made the file
 * ready puts its watches into their instances' ready lists; epoll_wait() goes
 * through that list only, asks each file how it is now, and keeps those in it
 * that are level-triggered and still ready.
 */
#include "net.h"
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>

#define ALWAYS ((unsigned)(EPOLLERR | EPOLLHUP))
#define PRIVATE                                                                \
	((unsigned)(EPOLLET | EPOLLONESHOT | EPOLLWAKEUP | EPOLLEXCLUSIVE))
#define DEPTH 5

struct epoll;

struct watch {
	struct epoll *epoll;
	struct file *file;
	int fd;
	unsigned events; /* 0 but for PRIVATE ones: disarmed by EPOLLONESHOT */
	epoll_data_t data;
	struct watch *next_of_file;
	struct watch *next_of_epoll, *prev_of_epoll;
	struct watch *next_ready, *prev_ready;
	bool is_ready; /* is in the ready list */
};

struct epoll {
	struct file file; /* first */
	struct watch *watches;
	struct watch *ready, *last_ready;
};

static const struct file_ops epoll_ops;

/* ---- the ready list ---------------------------------------------------- */

static void ready_push(struct watch *w)
{
	struct epoll *e = w->epoll;

	if (w->is_ready)
		return;
	w->is_ready = true;
	w->next_ready = NULL;
	w->prev_ready = e->last_ready;
	if (e->last_ready != NULL)
		e->last_ready->next_ready = w;
	else
		e->ready = w;
	e->last_ready = w;
}

static void ready_remove(struct watch *w)
{
	struct epoll *e = w->epoll;

	if (!w->is_ready)
		return;
	w->is_ready = false;
	if (w->prev_ready != NULL)
		w->prev_ready->next_ready = w->next_ready;
	else
		e->ready = w->next_ready;
	if (w->next_ready != NULL)
		w->next_ready->prev_ready = w->prev_ready;
	else
		e->last_ready = w->prev_ready;
}

static bool is_armed(const struct watch *w)
{
	return w->events & ~PRIVATE;
}

static unsigned ready_events(const struct watch *w)
{
	return is_armed(w) ? w->file->ops->poll(w->file) & w->events : 0;
}

void file_wake(struct file *file, unsigned events)
{
	for (struct watch *w = file->watches; w; w = w->next_of_file) {
		if (!is_armed(w) || (events != 0 && !(events & w->events)))
			continue;
		ready_push(w);
		file_wake(&w->epoll->file, POLLIN | POLLRDNORM);
	}
}

/* ---- watches ----------------------------------------------------------- */

static struct watch *find(const struct epoll *e, const struct file *file,
			  int fd)
{
	struct watch *w = file->watches;

	while (w != NULL && (w->epoll != e || w->fd != fd))
		w = w->next_of_file;
	return w;
}

static void remove_watch(struct watch *w)
{
	struct watch **at = &w->file->watches;

	while (*at != w)
		at = &(*at)->next_of_file;
	*at = w->next_of_file;
	if (w->prev_of_epoll != NULL)
		w->prev_of_epoll->next_of_epoll = w->next_of_epoll;
	else
		w->epoll->watches = w->next_of_epoll;
	if (w->next_of_epoll != NULL)
		w->next_of_epoll->prev_of_epoll = w->prev_of_epoll;
	ready_remove(w);
	free(w);
}

void file_forget_watches(struct file *file)
{
	while (file->watches != NULL)
		remove_watch(file->watches);
}

/* Instances above each other, this one counted; more than DEPTH: a circle. */
static int depth_below(const struct file *file, const struct epoll *top,
		       int depth)
{
	const struct epoll *e = (const struct epoll *)file;
	int deepest = depth;

	if (file->ops != &epoll_ops)
		return depth;
	if (e == top || depth > DEPTH)
		return DEPTH + 1;
	for (const struct watch *w = e->watches; w; w = w->next_of_epoll) {
		int below = depth_below(w->file, top, depth + 1);

		if (below > deepest)
			deepest = below;
	}
	return deepest;
}

static int depth_above(const struct file *file)
{
	int highest = 0;

	for (const struct watch *w = file->watches; w; w = w->next_of_file) {
		int above = 1 + depth_above(&w->epoll->file);

		if (above > highest)
			highest = above;
	}
	return highest;
}

static void arm(struct watch *w, const struct epoll_event *event)
{
	w->events = event->events | ALWAYS;
	w->data = event->data;
	if (ready_events(w) == 0)
		return;
	ready_push(w);
	file_wake(&w->epoll->file, POLLIN | POLLRDNORM);
}

static int add(struct epoll *e, struct file *file, int fd,
	       const struct epoll_event *event)
{
	struct watch *w;

	if (find(e, file, fd) != NULL)
		return -EEXIST;
	if (file->ops == &epoll_ops &&
	    depth_below(file, e, 1) + depth_above(&e->file) >= DEPTH)
		return -ELOOP;
	w = calloc(1, sizeof *w);
	if (w == NULL)
		return -ENOMEM;
	w->epoll = e;
	w->file = file;
	w->fd = fd;
	w->next_of_file = file->watches;
	file->watches = w;
	w->next_of_epoll = e->watches;
	if (e->watches != NULL)
		e->watches->prev_of_epoll = w;
	e->watches = w;
	arm(w, event);
	return 0;
}

static int modify(struct watch *w, const struct epoll_event *event)
{
	if (w == NULL)
		return -ENOENT;
	if (w->events & EPOLLEXCLUSIVE)
		return -EINVAL;
	arm(w, event);
	return 0;
}

static int control(struct epoll *e, int operation, struct file *file, int fd,
		   const struct epoll_event *event)
{
	struct watch *w = find(e, file, fd);

	switch (operation) {
	case EPOLL_CTL_ADD:
		return add(e, file, fd, event);
	case EPOLL_CTL_MOD:
		return modify(w, event);
	case EPOLL_CTL_DEL:
		if (w == NULL)
			return -ENOENT;
		remove_watch(w);
		return 0;
	default:
		return -EINVAL;
	}
}

/* EPOLLEXCLUSIVE is for adding, with few other flags, and not for epolls. */
static bool is_exclusive_wrong(int operation, const struct file *file,
			       const struct epoll_event *event)
{
	unsigned allowed = EPOLLIN | EPOLLOUT | ALWAYS | EPOLLWAKEUP | EPOLLET |
			   EPOLLEXCLUSIVE;

	if (operation == EPOLL_CTL_DEL || !(event->events & EPOLLEXCLUSIVE))
		return false;
	return operation == EPOLL_CTL_MOD || file->ops == &epoll_ops ||
	       event->events & ~allowed;
}

static int check_control(const struct file *epoll, int operation,
			 const struct file *file,
			 const struct epoll_event *event)
{
	if (file == epoll || epoll->ops != &epoll_ops)
		return -EINVAL;
	if (event == NULL && operation != EPOLL_CTL_DEL)
		return -EFAULT;
	return is_exclusive_wrong(operation, file, event) ? -EINVAL : 0;
}

int hf_net_epoll_ctl(struct hf_net *net, int epoll, int operation, int fd,
		     struct epoll_event *event)
{
	struct file *e = descriptor_get(net, epoll);
	struct file *file = descriptor_get(net, fd);
	int error = -EBADF;

	if (e != NULL && file != NULL)
		error = check_control(e, operation, file, event);
	if (error == 0)
		error = control((struct epoll *)e, operation, file, fd, event);
	if (e != NULL)
		file_put(e);
	if (file != NULL)
		file_put(file);
	return error;
}

/* ---- waiting ----------------------------------------------------------- */

/* Tells of those that are ready now; each once. */
static int collect(struct epoll *e, struct epoll_event *events, int most)
{
	struct watch *last = e->last_ready, *w = e->ready, *next;
	int n = 0;

	for (bool go_on = w != NULL; go_on && n < most; w = next) {
		unsigned ready = ready_events(w);

		go_on = w != last;
		next = w->next_ready;
		ready_remove(w);
		if (ready == 0)
			continue;
		events[n].events = ready;
		events[n++].data = w->data;
		if (w->events & EPOLLONESHOT)
			w->events &= PRIVATE;
		else if (!(w->events & EPOLLET))
			ready_push(w); /* behind those that were not told */
	}
	return n;
}

static int wait_for(struct epoll *e, struct epoll_event *events, int most,
		    int timeout)
{
	struct hf_net *net = e->file.net;
	hf_time until = net_poll_deadline(net, timeout);

	for (;;) {
		int n = collect(e, events, most);
		int error = n > 0 ? 0 : net_wait(net, until);

		if (n > 0 || error == -EAGAIN)
			return n;
		if (error != 0)
			return error;
	}
}

int hf_net_epoll_wait(struct hf_net *net, int epoll, struct epoll_event *events,
		      int most, int timeout)
{
	struct file *file;
	int result = -EINVAL;

	if (most <= 0 || most > INT_MAX / (int)sizeof *events)
		return -EINVAL;
	if (events == NULL)
		return -EFAULT;
	file = descriptor_get(net, epoll);
	if (file == NULL)
		return -EBADF;
	if (file->ops == &epoll_ops)
		result = wait_for((struct epoll *)file, events, most, timeout);
	file_put(file);
	return result;
}

/* ---- the instance ------------------------------------------------------ */

static unsigned poll_epoll(struct file *file)
{
	struct epoll *e = (struct epoll *)file;
	struct watch *next;

	for (struct watch *w = e->ready; w != NULL; w = next) {
		next = w->next_ready;
		if (ready_events(w) != 0)
			return POLLIN | POLLRDNORM;
		ready_remove(w);
	}
	return 0;
}

static ssize_t no_octets(struct file *file, struct vector *v)
{
	(void)file;
	(void)v;
	return -EINVAL;
}

static int no_ioctl(struct file *file, unsigned long request, int *argument)
{
	(void)file;
	(void)request;
	(void)argument;
	return -EINVAL;
}

static int close_epoll(struct file *file)
{
	struct epoll *e = (struct epoll *)file;

	while (e->watches != NULL)
		remove_watch(e->watches);
	free(e);
	return 0;
}

static const struct file_ops epoll_ops = {
	.poll = poll_epoll,
	.read = no_octets,
	.write = no_octets,
	.ioctl = no_ioctl,
	.close = close_epoll,
};

int hf_net_epoll_create1(struct hf_net *net, int flags)
{
	struct epoll *e;

	if (flags & ~EPOLL_CLOEXEC)
		return -EINVAL;
	e = calloc(1, sizeof *e);
	if (e == NULL)
		return -ENOMEM;
	file_init(&e->file, net, &epoll_ops, O_RDWR);
	return descriptor_open(&e->file, flags & EPOLL_CLOEXEC);
}

int hf_net_epoll_create(struct hf_net *net, int size)
{
	return size > 0 ? hf_net_epoll_create1(net, 0) : -EINVAL;
}
