# Machine-made: no native has read it yet.

## Common words and buttons

common-save = Salvar
common-cancel = Cancelar
common-back = Voltar
common-next = Continuar
common-copy = Copiar
common-edit = Editar
common-not-done = Ainda não feito
common-copied = Copiado
common-file-choose = Escolha um arquivo
common-file-drop = ou solte-o aqui
common-any-day = Qualquer dia
common-details = Detalhes
common-try-again = Tentar novamente
common-refresh = Atualizar
common-older = Mais antigas
common-newer = Mais recentes
common-filter = Aplicar filtro
common-filter-clear = Limpar filtro
common-must = Os campos marcados com * são obrigatórios.
common-loading = Carregando…
common-live = Atualização automática · { $stamp }
common-as-of = Atualizado: { $stamp }
common-live-lost = Sem conexão com o Parom. Você vê os dados de { $stamp }.
common-saved = Salvo.
common-not-saved =
    Não foi salvo: corrija { $errors ->
        [one] um campo
       *[other] { $errors } campos
    }.
common-secret-set = Salvo, termina em { $last4 }. Deixe vazio para manter.
common-secret-once = Copie agora: não será mostrado novamente.
common-skip = Ir para o conteúdo
common-help = Ajuda
common-contact-support = Escrever ao suporte
common-support-number = Referência para o suporte: { $request_id }
common-total =
    { $count ->
        [one] { $count } mensagem
       *[other] { $count } mensagens
    }

## Navigation

nav-overview = Visão geral
nav-sources = Fontes
nav-messages = Mensagens
nav-undelivered = Não entregues
nav-reports = Relatórios
nav-import = Importação
nav-templates = Modelos
nav-keys = Chaves e webhooks
nav-team = Equipe
nav-audit = Registro de auditoria
nav-data = Seus dados
nav-account = Conta do { $crm }
nav-sign-out = Sair

## Time

time-now = agora mesmo
time-within-minute = em menos de um minuto
time-minutes-ago =
    { $count ->
        [one] há { $count } minuto
       *[other] há { $count } minutos
    }
time-in-minutes =
    { $count ->
        [one] em { $count } minuto
       *[other] em { $count } minutos
    }
time-today-at = hoje às { $clock }
time-yesterday-at = ontem às { $clock }
time-days-left =
    { $count ->
        [one] falta { $count } dia
       *[other] faltam { $count } dias
    }
time-tomorrow-at = amanhã às { $clock }
time-month =
    { $month ->
        [1] jan
        [2] fev
        [3] mar
        [4] abr
        [5] mai
        [6] jun
        [7] jul
        [8] ago
        [9] set
        [10] out
        [11] nov
       *[12] dez
    }
time-day = { $day } de { $month }
time-day-year = { $day } de { $month } de { $year }
time-day-at = { $date } às { $clock }
time-day-stamp = { $date }, { $clock }
time-span-milliseconds = { $count } ms
time-span-seconds = { $count } s
time-span-minutes = { $count } min
time-span-hours = { $count } h
time-span-days = { $count } d
common-error-mark = Erro:
common-text-hidden = O texto está oculto
common-actions = Ações
common-on = Ativado
common-done = Pronto
common-pages = Páginas
common-close = Fechar
common-new-tab = (abre em uma nova aba)
common-since = desde
common-number = { $number }
common-percent = { $percent }%
common-language = Idioma
common-machine-made = Tradução automática; nenhum falante nativo a leu ainda
nav-label = Seções
nav-menu = Menu
nav-conversations = Chats
nav-count-alerts =
    { $count ->
        [one] { $count } alerta aberto
       *[other] { $count } alertas abertos
    }
nav-count-undelivered =
    { $count ->
        [one] { $count } mensagem não entregue
       *[other] { $count } mensagens não entregues
    }

## Keys

palette-open = Buscar
palette-label = Página, configuração, telefone, nome, ID de mensagem ou de chat
palette-search = Buscar nas mensagens:
palette-none = Nada tem esse nome. Aqui se buscam páginas, configurações, fontes, clientes por nome ou telefone e mensagens por ID.
palette-page = página
palette-source = fonte
palette-setting = configuração
palette-message = mensagem
palette-chat = conversa
palette-keys = Pressione “/” para buscar, “j” e “k” para percorrer uma lista.
palette-keys-off = Desativar os atalhos de uma tecla
palette-keys-on = Ativar os atalhos de uma tecla
palette-customer = cliente
nav-group-work = Trabalho
nav-group-setup = Configuração
nav-group-account = Conta
nav-alerts = Alertas
