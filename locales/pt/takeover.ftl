# Machine-made: no native has read it yet.

### Passar uma linha de outro serviço para o Parom

source-tab-takeover = Transição
takeover-checks = Antes da troca
takeover-changes = O que muda
takeover-col-check = Verificação
takeover-col-found = Resultado
takeover-status-ok = Tudo certo
takeover-status-warn = Atenção
takeover-status-fail = Ainda não
takeover-checked-account = Conta
takeover-checked-access = Acesso no app de mensagens
takeover-checked-webhook = Endereço do Parom no app de mensagens
takeover-checked-others = Outros serviços
takeover-checked-source = Fonte no { $crm }
takeover-checked-default = Fonte padrão
takeover-checked-templates = Modelos
takeover-checked-window = Respostas sem modelo
takeover-check-webhook-unset = não está registrado; espere cinco minutos até a próxima verificação
takeover-check-account = conectada
takeover-check-access = funciona
takeover-check-webhook = registrado
takeover-check-webhook-later = a troca o registra
takeover-check-webhook-failing = as chamadas do app de mensagens para ele falham
takeover-check-others = { $names }
takeover-check-others-none = o app de mensagens não mostra outros serviços; se algum responde nesta linha, pare-o lá
takeover-check-window = só por tempo limitado após a última mensagem do cliente
takeover-check-source = a troca a cria
takeover-check-source-known = já está lá e será usada
takeover-check-default = continua sendo “{ $source }”
takeover-check-default-none = a conta não tem nenhuma; escolha uma depois da troca
takeover-check-templates = { $count ->
    [0] todos os que o app de mensagens aprovou podem ser enviados
    [one] um que o app de mensagens aprovou ainda não está no { $crm }
   *[other] { $count } que o app de mensagens aprovou ainda não estão no { $crm }
  }
takeover-other-by_call = { $name }: o Parom o desliga e, se você devolver a linha, o liga novamente.
takeover-other-by_registering = { $name }: a linha tem um só endereço, que passa a ser o do Parom. Se você devolver a linha, volta a ser este.
takeover-other-by_hand = { $name }: só o dono pode removê-lo, no app de mensagens. Faça isso em até 15 minutos após o início; até então a linha fica com ele.
takeover-other-secret = O app de mensagens não mostra o segredo do endereço dele. Se esse serviço o verifica, precisa registrar novamente o endereço depois que você devolver a linha.
takeover-other-stays = Deixar conectado: verifiquei que ele não responde a ninguém nesta linha
takeover-stays = Continua conectado, como foi decidido.
takeover-trouble = Não foi possível devolver: { $reason }
takeover-put-back-by-hand = O dono precisa adicioná-lo novamente no app de mensagens.
takeover-change-source = O { $crm } recebe a fonte “{ $source }”.
takeover-change-chats = { $count ->
    [0] Nenhum chat foi visto ainda: começarão com as próximas mensagens dos clientes.
    [one] Um chat foi visto. Se o contato dele foi encontrado, continua com ele, com as últimas mensagens como histórico.
   *[other] { $count } chats foram vistos. Aqueles cujo contato foi encontrado continuam com ele, com as últimas mensagens como histórico.
  }
takeover-change-back = Durante um dia você pode devolver a linha.
takeover-start = Trocar agora
takeover-not-ready = Ainda não é possível trocar a linha: veja as verificações acima.
takeover-begun = A troca começou.
takeover-back = Devolver a linha
takeover-back-until = Possível até
takeover-back-begun = A linha está sendo devolvida.
takeover-state-switching = Trocando
takeover-state-switched = Assumida
takeover-state-rolling_back = Desfazendo
takeover-state-rolled_back = Desfeita
takeover-state-returning = Devolvendo
takeover-state-returned = Devolvida
takeover-step-compare = os dias anteriores são comparados
takeover-step-mirror = a fonte é criada no { $crm }
takeover-step-switch_off = os outros serviços são desligados
takeover-step-begin = a fonte começa a enviar
takeover-step-history = as mensagens anteriores viram histórico
takeover-step-settle = o que chegou durante a troca é verificado
takeover-step-stop = a fonte para
takeover-step-put_back = os outros serviços voltam
takeover-step-settle_back = o que chegou no caminho de volta é verificado
takeover-step-unmirror = a fonte sai do { $crm }
takeover-step-done = tudo está feito
takeover-waits = Aguardando até que { $names } deixe de receber mensagens.
takeover-failed = A etapa “{ $step }” falhou: { $reason }
takeover-begun-by = Iniciado por
takeover-switched-at = Trocada
takeover-returned-at = Devolvida
takeover-others = Outros serviços
takeover-hour = Primeira hora
takeover-day = Primeiro dia
takeover-so-far = até agora
takeover-received = Mensagens de clientes
takeover-in-crm = Delas no { $crm }
takeover-written = Mensagens de atendentes
takeover-sent = Delas enviadas
takeover-failures = Com falha
takeover-waiting = Aguardando
takeover-as-history = Mensagens anteriores como histórico
takeover-during = Mensagens durante a troca
takeover-others-since = Desde então no { $crm } por outros serviços
takeover-others-figures = { $received } recebidas, { $sent } enviadas
takeover-days = Os dias anteriores à troca, comparados com o { $crm }
takeover-report = Relatório da transição
takeover-report-csv = Baixar CSV
takeover-as-of = Com dados de
takeover-figures = Desde a troca
takeover-none = Nenhuma linha foi assumida ainda.
takeover-admin = Transições
takeover-admin-source = Fonte
takeover-admin-account = Conta
takeover-admin-state = Estado
takeover-admin-begun = Início
audit-did-source-switching = Troca de uma fonte iniciada
audit-did-source-switched = Linha assumida de outro serviço
audit-did-source-rolled_back = Troca de uma fonte desfeita, uma etapa falhou
audit-did-source-returning = A linha é devolvida a outro serviço
audit-did-source-returned = Linha devolvida a outro serviço
