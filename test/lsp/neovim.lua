-- What neovim.test.ts has Neovim do, without a screen: everything goes through Neovim's own client. The findings are written as JSON to
-- the file that MARL_FOUND names. Works from Neovim 0.7 on.
local found = {}

local function messages()
  local list = {}
  for _, one in ipairs(vim.diagnostic.get(0)) do
    table.insert(list, { code = tostring(one.code), line = one.lnum, message = one.message })
  end
  return list
end

-- The first result of a request at the cursor.
local function ask(method, more)
  local params = vim.tbl_extend('force', vim.lsp.util.make_position_params(0, 'utf-16'), more or {})
  local answers = vim.lsp.buf_request_sync(0, method, params, 30000) or {}
  for _, answer in pairs(answers) do
    if answer.result then return answer.result end
  end
end

local function lines()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
end

local function main()
  vim.wait(60000, function() return #vim.diagnostic.get(0) > 0 end, 20)
  found.filetype = vim.bo.filetype
  found.before = messages()

  -- The misspelt name is corrected, as typing would.
  local at = { vim.fn.search('spead') - 1, vim.fn.match(vim.fn.getline('.'), 'spead') }
  vim.api.nvim_buf_set_text(0, at[1], at[2], at[1], at[2] + 5, { 'speed' })
  vim.wait(60000, function() return #vim.diagnostic.get(0) == 0 end, 20)
  found.after = messages()

  vim.fn.cursor(at[1] + 1, at[2] + 2)
  found.hover = ask('textDocument/hover')
  found.definition = ask('textDocument/definition')
  local edit = ask('textDocument/rename', { newName = 'pace' })
  vim.lsp.util.apply_workspace_edit(edit, 'utf-16')
  found.renamed = lines()
  local format = { options = { tabSize = 2, insertSpaces = true } }
  vim.lsp.util.apply_text_edits(ask('textDocument/formatting', format), vim.api.nvim_get_current_buf(), 'utf-16')
  found.formatted = lines()
  vim.fn.cursor(vim.fn.search('reward'), vim.fn.match(vim.fn.getline('.'), '=') + 3)
  found.completion = {}
  local items = ask('textDocument/completion') or {}
  for _, item in ipairs(items.items or items) do table.insert(found.completion, item.label) end
  found.symbols = {}
  for _, one in ipairs(ask('textDocument/documentSymbol') or {}) do table.insert(found.symbols, one.name) end
end

local ok, problem = pcall(main)
if not ok then found.problem = tostring(problem) end
local file = assert(io.open(os.getenv('MARL_FOUND'), 'w'))
file:write(vim.fn.json_encode(found))
file:close()
vim.cmd('qall!')
