# variants.awk - makes the table of a program's variants.
#
# Reads the variants' source files, in order; writes C for variants.h.
# The name is the file's without its number, the texts are those of the
# comment at its head: first line, `Expect:` and `Compare:`.

function quoted(text) {
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    return "\"" text "\""
}

function finish() {
    if (file == "")
        return
    name = file
    sub(/.*\//, "", name)
    numbered = name ~ /^[0-9]+_/
    sub(/^[0-9]+_/, "", name)
    sub(/\.c$/, "", name)
    symbol = name
    gsub(/[^A-Za-z0-9]/, "_", symbol)
    symbol = "variant_" symbol "_main"
    declarations = declarations "int " symbol "(int, char **);\n"
    rows = rows "    {" quoted(name) ", " quoted(file) ",\n     " \
        quoted(title) ",\n     " quoted(expect) ",\n     " \
        quoted(compare) ", " (numbered ? "true" : "false") ", " \
        sum ",\n     " symbol "},\n"
}

BEGIN {
    for (i = 1; i < 127; i++)
        order[sprintf("%c", i)] = i
}

FNR == 1 {
    finish()
    file = FILENAME
    title = expect = compare = ""
    sum = 1
    in_head = 1
}

# A plain checksum, modulo a prime below 2^16.
{
    for (i = 1; i <= length($0); i++)
        sum = (sum * 31 + order[substr($0, i, 1)]) % 65521
}

in_head {
    line = $0
    sub(/^\/?\**[ \t]*/, "", line)
    sub(/^[ \t]*\*+\/?[ \t]*/, "", line)
    sub(/[ \t]*\*\/[ \t]*$/, "", line)
    if (line ~ /^Expect:/)
        expect = substr(line, 9)
    else if (line ~ /^Compare:/)
        compare = substr(line, 10)
    else if (title == "" && line != "")
        title = line
    if ($0 ~ /\*\//)
        in_head = 0
}

END {
    finish()
    print "/* Made by common/run/variants.awk from the files it names. */"
    print "#include \"run/variants.h\"\n"
    print declarations
    print "const struct variant variants[] = {"
    print rows "    {0}};"
}
