# variants.awk - makes the table of a program's variants.
#
# Reads the variants' source files, in order; writes C for variants.h.
# The name is the file's without its number, the texts are those of the
# comment at its head: first line, `Expect:` and `Compare:`.
#
# With -v whole=1 the files are one program, named after the first, which
# has the main.  With -v unseen=FILE that file says what unseen.sh found:
# a source file, a tab, a sentence.

function quoted(text) {
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    gsub(/\n/, "\\n", text)
    return "\"" text "\""
}

function finish() {
    if (file == "")
        return
    name = base_of(file)
    numbered = whole || name ~ /^[0-9]+_/
    sub(/^[0-9]+_/, "", name)
    sub(/\.c$/, "", name)
    symbol = name
    gsub(/[^A-Za-z0-9]/, "_", symbol)
    symbol = "variant_" (whole ? "whole" : symbol) "_main"
    if (whole)
        name = typable(name)
    if (title == "")
        title = base_of(file)
    declarations = declarations "int " symbol \
        "(int, char **, char **);\n"
    rows = rows "    {" quoted(name) ", " quoted(file) ",\n     " \
        quoted(title) ",\n     " quoted(expect) ",\n     " \
        quoted(compare) ",\n     " quoted(sentences) ",\n     " \
        (numbered ? "true" : "false") ", " sum ", " symbol "},\n"
}

function base_of(path) {
    sub(/.*\//, "", path)
    return path
}

# A name that a shell and the options take as it stands.
function typable(name) {
    gsub(/[][ \t"'`$&|;<>()*?!#~{}\\^%=,]/, "_", name)
    sub(/^-/, "_", name)
    return name == "" ? "program" : name
}

function read_unseen(    line, at) {
    while ((getline line <unseen) > 0) {
        at = index(line, "\t")
        said[substr(line, 1, at - 1)] = said[substr(line, 1, at - 1)] \
            substr(line, at + 1) "\n"
    }
}

BEGIN {
    for (i = 1; i < 127; i++)
        order[sprintf("%c", i)] = i
    if (unseen != "")
        read_unseen()
}

FNR == 1 && (NR == 1 || !whole) {
    finish()
    file = FILENAME
    title = expect = compare = sentences = ""
    sum = 1
    by_lines = $0 ~ /^\/\//
    in_head = by_lines || $0 ~ /^\/\*/
}

FNR == 1 {
    sentences = sentences said[FILENAME]
    if (NR > 1 && whole)
        in_head = 0
}

# A plain checksum, modulo a prime below 2^16.
{
    for (i = 1; i <= length($0); i++)
        sum = (sum * 31 + order[substr($0, i, 1)]) % 65521
}

in_head && by_lines && $0 !~ /^\/\// {
    in_head = 0
}

in_head {
    line = $0
    sub(/\r$/, "", line)
    sub(/^\/\/+[ \t]*/, "", line)
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
