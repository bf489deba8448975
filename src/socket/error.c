/* SPDX-License-Identifier: MIT */
/* enum hf_error, as errno values of the calls and of SO_ERROR. */
#include "net.h"

int error_of_call(enum hf_error error)
{
	switch (error) {
	case HF_OK:
		return 0;
	case HF_ERR_ARGUMENT:
		return -EINVAL;
	case HF_ERR_NO_MEMORY:
	case HF_ERR_LIMIT:
		return -ENOBUFS;
	case HF_ERR_WOULD_BLOCK:
		return -EAGAIN;
	case HF_ERR_CLOSING:
		return -EPIPE;
	case HF_ERR_HANDLE:
	case HF_ERR_NOT_CONNECTED:
		return -ENOTCONN;
	case HF_ERR_ADDRESS_IN_USE:
		return -EADDRINUSE;
	case HF_ERR_ADDRESS_NOT_AVAILABLE:
		return -EADDRNOTAVAIL;
	case HF_ERR_NO_ROUTE:
		return -ENETUNREACH;
	case HF_ERR_REFUSED:
	case HF_ERR_RESET:
	case HF_ERR_ABORTED:
	case HF_ERR_TIMED_OUT:
	case HF_ERR_HOST_UNREACHABLE:
	case HF_ERR_NET_UNREACHABLE:
	case HF_ERR_PROTOCOL_UNREACHABLE:
	case HF_ERR_PARAMETER_PROBLEM:
	case HF_ERR_MESSAGE_SIZE:
	case HF_ERRORS:
		break;
	}
	return -error_of_connection(error);
}

int error_of_connection(enum hf_error error)
{
	switch (error) {
	case HF_OK:
		return 0;
	case HF_ERR_REFUSED:
		return ECONNREFUSED;
	case HF_ERR_RESET:
		return ECONNRESET;
	case HF_ERR_TIMED_OUT:
		return ETIMEDOUT;
	case HF_ERR_HOST_UNREACHABLE:
		return EHOSTUNREACH;
	case HF_ERR_NET_UNREACHABLE:
	case HF_ERR_NO_ROUTE:
		return ENETUNREACH;
	case HF_ERR_PROTOCOL_UNREACHABLE:
		return ENOPROTOOPT;
	case HF_ERR_PARAMETER_PROBLEM:
		return EPROTO;
	case HF_ERR_MESSAGE_SIZE:
		return EMSGSIZE;
	case HF_ERR_NO_MEMORY:
	case HF_ERR_LIMIT:
		return ENOBUFS;
	case HF_ERR_ADDRESS_IN_USE:
		return EADDRINUSE;
	case HF_ERR_ADDRESS_NOT_AVAILABLE:
		return EADDRNOTAVAIL;
	case HF_ERR_ABORTED:
	case HF_ERR_ARGUMENT:
	case HF_ERR_HANDLE:
	case HF_ERR_WOULD_BLOCK:
	case HF_ERR_CLOSING:
	case HF_ERR_NOT_CONNECTED:
	case HF_ERRORS:
		break;
	}
	return ECONNABORTED;
}
