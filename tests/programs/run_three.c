/*
 * Ends with an exit status that is not 0.
 *
 * Expect: always exit: main returns 3
 */
int main(void)
{
    return 3;
}
