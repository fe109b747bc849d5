# bash completion for heraldctl: commands, and each command's options as its --help lists them.
_heraldctl() {
  local current=${COMP_WORDS[COMP_CWORD]} words=() word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] || words+=("$word")
  done
  if [[ $current == -* ]]; then
    local command=("${words[@]:0:1}")
    case ${words[0]} in config | user | token | webhooks) command=("${words[@]:0:2}") ;; esac
    local help
    help=$("${COMP_WORDS[0]}" "${command[@]}" --help 2>/dev/null)
    mapfile -t COMPREPLY < <(compgen -W "$(grep -o -- '--[a-z-]*' <<<"$help" | sort -u)" -- "$current")
  elif [[ ${#words[@]} -eq 0 ]]; then
    local commands='send show list dead-letters redrive cancel status channels nodes pause resume monitor config reload user token webhooks audit explain help'
    COMPREPLY=($(compgen -W "$commands" -- "$current"))
  elif [[ ${#words[@]} -eq 1 ]]; then
    case ${words[0]} in
      config) COMPREPLY=($(compgen -W 'check' -- "$current")) ;;
      user) COMPREPLY=($(compgen -W 'add show' -- "$current")) ;;
      webhooks) COMPREPLY=($(compgen -W 'list messages redeliver' -- "$current")) ;;
      token) COMPREPLY=($(compgen -W 'user service list revoke' -- "$current")) ;;
    esac
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -F _heraldctl heraldctl
