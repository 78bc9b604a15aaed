/*
 * Two withdraw from one account; the look and the taking are apart.
 *
 * There are 200 in the account. One customer wants 100, the other 200.
 * Each looks whether there is enough, waits for the banknotes, and
 * takes the amount off. Looking and taking off each hold the lock, so
 * neither is ever torn. But nothing holds the two together: if both
 * look before either has taken anything off, both are paid, and the
 * account is 100 short.
 *
 * Expect: sometimes assertion: both are paid, and there were only 200
 */
#define _GNU_SOURCE /* lock types, usleep, and names of threads */
#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { DEPOSIT = 200, NOTES_MS = 1 };

struct account {
    pthread_mutex_t lock; /* guards what follows */
    int balance;
    int paid_out;
};

struct customer {
    const char *name;
    int amount; /* that is wanted */
    pthread_t thread;
};

static struct account account;

static void open_account(int deposit)
{
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_NORMAL);
    pthread_mutex_init(&account.lock, &attr);
    pthread_mutexattr_destroy(&attr);
    account.balance = deposit;
}

static int balance(void)
{
    pthread_mutex_lock(&account.lock);
    int now = account.balance;
    pthread_mutex_unlock(&account.lock);
    return now;
}

static void take_off(int amount)
{
    pthread_mutex_lock(&account.lock);
    account.balance -= amount;
    account.paid_out += amount;
    pthread_mutex_unlock(&account.lock);
}

static void withdraw(int amount)
{
    if (balance() >= amount) {   // a1
        printf("here are %d\n", amount);
        usleep(NOTES_MS * 1000); // a2
        take_off(amount);        // a3
        printf("the balance is %d\n", balance());
    } else {
        printf("%d are refused\n", amount);
    }
}

static void *go_to_the_bank(void *argument)
{
    const struct customer *customer = argument;

    pthread_setname_np(pthread_self(), customer->name);
    withdraw(customer->amount);
    return NULL;
}

static void start(struct customer *customer)
{
    if (pthread_create(&customer->thread, NULL, go_to_the_bank,
                       customer) != 0)
        exit(2);
}

int main(void)
{
    struct customer customers[] = {{.name = "first", .amount = 100},
                                   {.name = "second", .amount = 200}};

    setvbuf(stdout, NULL, _IOLBF, 0); /* by lines into a pipe, too */
    open_account(DEPOSIT);
    for (int i = 0; i < 2; i++)
        start(&customers[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(customers[i].thread, NULL);
    printf("paid out %d, balance %d\n", account.paid_out, balance());
    assert(account.paid_out + account.balance == DEPOSIT);
    assert(account.balance >= 0);
    pthread_mutex_destroy(&account.lock);
    return 0;
}
