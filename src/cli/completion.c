// SPDX-License-Identifier: Apache-2.0
/*
 * completion.c - scripts for bash, zsh and fish.
 *
 * bash and zsh get a function of a few lines over tables; what the tables hold is ours, so it needs
 * no quoting but that of help texts.
 */
#include "cli/completion.h"

#include <string.h>

/* A help text inside single quotes; zsh takes brackets and colons apart. */
static void add_text(struct buf *to, const char *text, const char *special)
{
    for (; *text; text++)
        if (*text == '\'')
            buf_puts(to, "'\\''");
        else if (strchr(special, *text))
            buf_printf(to, "\\%c", *text);
        else
            buf_add(to, text, 1);
}

/* "--name" of every row, and --help. */
static void add_names(struct buf *to, const struct option *options)
{
    for (; options->name; options++)
        buf_printf(to, "--%s ", options->name);
    buf_printf(to, "--%s", option_help.name);
}

/* The options that take a value, as a pattern for case: "--a|-a|--b". */
static void add_valued(struct buf *to, const struct option *options)
{
    const char *bar = "";

    for (; options->name; options++) {
        if (!options->arg)
            continue;
        buf_printf(to, "%s--%s", bar, options->name);
        bar = "|";
        for (const char *l = options->letters; l && *l; l++)
            buf_printf(to, "|-%c", *l);
    }
    if (!*bar)
        buf_puts(to, "--"); /* a pattern must not be empty */
}

/* "a|b|c" as words; begins behind the first '|' where there is one in front. */
static void add_words(struct buf *to, const char *list)
{
    for (list += *list == '|'; *list; list++)
        buf_add(to, *list == '|' ? " " : list, 1);
}

/* The choices of options that have some: "--format) choices='table json' ;;" */
static void add_choices(struct buf *to, const struct option *options)
{
    for (; options->name; options++) {
        if (options->kind != OPTION_CHOICE)
            continue;
        buf_printf(to, "      --%s", options->name);
        for (const char *l = options->letters; l && *l; l++)
            buf_printf(to, "|-%c", *l);
        buf_puts(to, ") choices='");
        add_words(to, options->arg);
        buf_puts(to, "' ;;\n");
    }
}

static void add_bash_verb(struct buf *to, const struct completion *c,
                          const struct completion_verb *v)
{
    buf_printf(to, "  %s)\n    options='", v->name);
    add_names(to, v->options);
    buf_puts(to, "'\n    case $prev in\n");
    add_choices(to, v->options);
    buf_puts(to, "      ");
    add_valued(to, v->options);
    buf_puts(to, ") files=1 ;;\n      *) ");
    if (!v->arguments) {
        buf_puts(to, "files=1");
    } else if (*v->arguments == '|') {
        buf_puts(to, "choices='");
        add_words(to, v->arguments);
        buf_puts(to, "'");
    } else {
        buf_printf(to, "choices=$(%s \"${globals[@]}\" %s 2>/dev/null)", c->program, v->arguments);
    }
    buf_puts(to, " ;;\n    esac ;;\n");
}

/* Names hold colons, at which readline would break them: they are completed behind the last. */
static void write_bash(struct buf *to, const struct completion *c)
{
    buf_printf(to,
               "# bash completion for %s\n_%s() {\n"
               "  local i verb='' choices='' options='' files='' before globals=()\n"
               "  local cur prev words cword\n  COMPREPLY=()\n"
               "  _get_comp_words_by_ref -n : cur prev words cword 2>/dev/null || {\n"
               "    cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
               "    words=(\"${COMP_WORDS[@]}\") cword=$COMP_CWORD; }\n"
               "  for ((i = 1; i < cword; i++)); do\n    case ${words[i]} in\n    ",
               c->program, c->program);
    add_valued(to, c->globals);
    buf_puts(to, ") globals+=(\"${words[i]}\" \"${words[i+1]}\"); i=$((i + 1)) ;;\n"
                 "    -*) globals+=(\"${words[i]}\") ;;\n"
                 "    *) verb=${words[i]}; break ;;\n    esac\n  done\n"
                 "  case $verb in\n  '')\n    options='");
    add_names(to, c->globals);
    buf_puts(to, "'\n    case $prev in\n");
    add_choices(to, c->globals);
    buf_puts(to, "      ");
    add_valued(to, c->globals);
    buf_puts(to, ") files=1 ;;\n      *) choices='");
    for (size_t i = 0; i < c->count; i++)
        buf_printf(to, "%s%s", i ? " " : "", c->verbs[i].name);
    buf_puts(to, "' ;;\n    esac ;;\n");
    for (size_t i = 0; i < c->count; i++)
        add_bash_verb(to, c, &c->verbs[i]);
    buf_printf(to,
               "  *) return ;;\n  esac\n"
               "  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
               "  elif [[ $files ]]; then COMPREPLY=($(compgen -f -- \"$cur\"))\n"
               "  else COMPREPLY=($(compgen -W \"$choices\" -- \"$cur\")); fi\n"
               "  before=${cur%%\"${cur##*:}\"}\n"
               "  [[ $cur != *:* || $COMP_WORDBREAKS != *:* ]] ||\n"
               "    COMPREPLY=(\"${COMPREPLY[@]#\"$before\"}\")\n"
               "}\ncomplete -o filenames -F _%s %s\n",
               c->program, c->program);
}

static void add_zsh_option(struct buf *to, const struct option *o)
{
    if (o->letters)
        buf_printf(to, "      '(-%c --%s)'{-%c,--%s}'[", o->letters[0], o->name, o->letters[0],
                   o->name);
    else
        buf_printf(to, "      '%s--%s[", o->kind == OPTION_LIST ? "*" : "", o->name);
    add_text(to, o->help, "[]:\\");
    buf_puts(to, "]");
    if (o->kind == OPTION_CHOICE) {
        buf_puts(to, ":value:(");
        add_words(to, o->arg);
        buf_puts(to, ")");
    } else if (o->arg) {
        buf_puts(to, ":");
        add_text(to, o->arg, "[]:\\");
        buf_puts(to, ":_files");
    }
    buf_puts(to, "' \\\n");
}

static void add_zsh_options(struct buf *to, const struct option *options)
{
    for (; options->name; options++)
        add_zsh_option(to, options);
    add_zsh_option(to, &option_help);
}

static void add_zsh_verb(struct buf *to, const struct completion *c,
                         const struct completion_verb *v)
{
    buf_printf(to, "    (%s) _arguments \\\n", v->name);
    add_zsh_options(to, v->options);
    buf_puts(to, "      '*:argument:");
    if (!v->arguments) {
        buf_puts(to, "_files'");
    } else if (*v->arguments == '|') {
        buf_puts(to, "(");
        add_words(to, v->arguments);
        buf_puts(to, ")'");
    } else {
        buf_printf(to, "{compadd -- ${(f)\"$(%s ${globals} %s 2>/dev/null)\"}}'", c->program,
                   v->arguments);
    }
    buf_puts(to, " ;;\n");
}

static void write_zsh(struct buf *to, const struct completion *c)
{
    buf_printf(to,
               "#compdef %s\n_%s() {\n  local context state state_descr line\n"
               "  typeset -A opt_args\n  local -a verbs globals\n  verbs=(\n",
               c->program, c->program);
    for (size_t i = 0; i < c->count; i++) {
        buf_printf(to, "    '%s:", c->verbs[i].name);
        add_text(to, c->verbs[i].summary, ":\\");
        buf_puts(to, "'\n");
    }
    buf_puts(to, "  )\n  _arguments -C \\\n");
    add_zsh_options(to, c->globals);
    buf_puts(to, "      '1:verb:->verb' '*::argument:->rest'\n"
                 "  [[ -z ${opt_args[--store]} ]] || globals+=(--store ${opt_args[--store]})\n"
                 "  [[ -z ${opt_args[--root]} ]] || globals+=(--root ${opt_args[--root]})\n"
                 "  case $state in\n  (verb) _describe verb verbs ;;\n  (rest)\n"
                 "    case ${line[1]} in\n");
    for (size_t i = 0; i < c->count; i++)
        add_zsh_verb(to, c, &c->verbs[i]);
    buf_printf(to,
               "    esac ;;\n  esac\n}\n"
               "if [ \"$funcstack[1]\" = _%s ]; then _%s \"$@\"; else compdef _%s %s; fi\n",
               c->program, c->program, c->program, c->program);
}

/* condition: when the option is one, in fish's words. */
static void add_fish_option(struct buf *to, const struct completion *c, const char *condition,
                            const struct option *o)
{
    buf_printf(to, "complete -c %s -n '%s' -l %s", c->program, condition, o->name);
    for (const char *l = o->letters; l && *l && *l != '?'; l++)
        buf_printf(to, " -s %c", *l);
    if (o->kind == OPTION_CHOICE) {
        buf_puts(to, " -xa '");
        add_words(to, o->arg);
        buf_puts(to, "'");
    } else if (o->arg) {
        buf_puts(to, " -r");
    }
    buf_puts(to, " -d '");
    add_text(to, o->help, "\\");
    buf_puts(to, "'\n");
}

static void add_fish_options(struct buf *to, const struct completion *c, const char *condition,
                             const struct option *options)
{
    for (; options->name; options++)
        add_fish_option(to, c, condition, options);
    add_fish_option(to, c, condition, &option_help);
}

static void add_fish_verb(struct buf *to, const struct completion *c,
                          const struct completion_verb *v)
{
    auto_buf condition = { 0 };

    buf_printf(&condition, "__fish_seen_subcommand_from %s", v->name);
    buf_printf(to, "complete -c %s -n __fish_use_subcommand -xa %s -d '", c->program, v->name);
    add_text(to, v->summary, "\\");
    buf_puts(to, "'\n");
    if (buf_failed(&condition)) {
        to->failed = true;
        return;
    }
    add_fish_options(to, c, condition.data, v->options);
    if (!v->arguments)
        return;
    buf_printf(to, "complete -c %s -n '%s' -xa '", c->program, condition.data);
    if (*v->arguments == '|')
        add_words(to, v->arguments);
    else
        buf_printf(to, "(%s %s 2>/dev/null)", c->program, v->arguments);
    buf_puts(to, "'\n");
}

static void write_fish(struct buf *to, const struct completion *c)
{
    buf_printf(to, "# fish completion for %s\n", c->program);
    add_fish_options(to, c, "__fish_use_subcommand", c->globals);
    for (size_t i = 0; i < c->count; i++)
        add_fish_verb(to, c, &c->verbs[i]);
}

void completion_write(struct buf *to, enum completion_shell shell, const struct completion *c)
{
    switch (shell) {
    case COMPLETION_BASH:
        write_bash(to, c);
        break;
    case COMPLETION_ZSH:
        write_zsh(to, c);
        break;
    case COMPLETION_FISH:
        write_fish(to, c);
        break;
    }
}

int completion_find_shell(const char *name, enum completion_shell *ret, struct err *e)
{
    static const char *const names[] = { "bash", "zsh", "fish" };

    for (int i = COMPLETION_BASH; i <= COMPLETION_FISH; i++)
        if (strcmp(name, names[i]) == 0) {
            *ret = (enum completion_shell)i;
            return 0;
        }
    return err_set(e, ERR_INVALID, "unknown shell '%s' (bash, zsh or fish)", name);
}
