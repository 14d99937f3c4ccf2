// SPDX-License-Identifier: Apache-2.0
/* start.c - the first instructions of the sealed executable, and what the compiler calls unasked.
 */
#include "base/bare.h"

void init_main(long *stack) __attribute__((noreturn, used));

/* The kernel leaves argc, argv and envp on the stack; hand their address to init_main(). */
#if defined(__x86_64__)
__asm__(".globl _start\n"
        "_start:\n"
        "    xor %ebp, %ebp\n"
        "    mov %rsp, %rdi\n"
        "    and $-16, %rsp\n"
        "    call init_main\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n"
        "_start:\n"
        "    mov x29, #0\n"
        "    mov x30, #0\n"
        "    mov x0, sp\n"
        "    and sp, x0, #-16\n"
        "    b init_main\n");
#elif defined(__arm__)
__asm__(".globl _start\n"
        ".type _start,%function\n"
        "_start:\n"
        "    mov fp, #0\n"
        "    mov lr, #0\n"
        "    mov r0, sp\n"
        "    bic sp, sp, #15\n"
        "    b init_main\n");
#endif

#if defined(__arm__)
/* libgcc's division calls these for a division by zero. Its own would call raise(). */
int __aeabi_idiv0(int value) __attribute__((used));
long long __aeabi_ldiv0(long long value) __attribute__((used));

int __aeabi_idiv0(int value)
{
    __builtin_trap();
}

long long __aeabi_ldiv0(long long value)
{
    __builtin_trap();
}
#endif

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memset(void *p, int c, size_t n);
void *memmove(void *to, const void *from, size_t n);
int memcmp(const void *a, const void *b, size_t n);

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    bare_copy(to, from, n);
    return to;
}

void *memset(void *p, int c, size_t n)
{
    volatile unsigned char *b = p;

    while (n--)
        *b++ = (unsigned char)c;
    return p;
}

void *memmove(void *to, const void *from, size_t n)
{
    volatile unsigned char *t = to;
    const volatile unsigned char *f = from;

    if ((uintptr_t)t <= (uintptr_t)f) {
        while (n--)
            *t++ = *f++;
    } else {
        while (n--)
            t[n] = f[n];
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const volatile unsigned char *x = a, *y = b;

    for (; n--; x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}
