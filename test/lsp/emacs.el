;;; What emacs.test.ts has Emacs do in batch mode, after the recipe of docs/editors.md: everything goes through Eglot. The findings are
;;; written as JSON to the file that MARL_FOUND names. -*- lexical-binding: t -*-
(require 'eglot)
(require 'json)
(setq eglot-sync-connect t make-backup-files nil)

(defun marl-wait (holds)
  (let ((left 600))
    (while (and (> left 0) (not (funcall holds)))
      (accept-process-output nil 0.1)
      (setq left (1- left)))))

(defun marl-messages ()
  (vconcat
   (mapcar (lambda (one)
             (list :line (1- (line-number-at-pos (flymake-diagnostic-beg one)))
                   :under (buffer-substring-no-properties (flymake-diagnostic-beg one) (flymake-diagnostic-end one))
                   :message (flymake-diagnostic-text one)))
           (flymake-diagnostics))))

(defun marl-text () (buffer-substring-no-properties (point-min) (point-max)))

;; Without a screen no command is ever read: what `eglot-ensure' leaves to the hook that follows one is run by hand.
(find-file "run.marl")
(run-hooks 'post-command-hook)
(marl-wait (lambda () (flymake-diagnostics)))
(let ((mode (symbol-name major-mode)) (before (marl-messages)) after hover renamed)
  (goto-char (point-min))
  (search-forward "spead")
  (replace-match "speed")
  (eglot--signal-textDocument/didChange)
  (marl-wait (lambda () (flymake-start) (null (flymake-diagnostics))))
  (setq after (marl-messages))
  (backward-char 2)
  (setq hover (plist-get (plist-get (jsonrpc-request (eglot-current-server) :textDocument/hover
                                                     (eglot--TextDocumentPositionParams))
                                    :contents)
                         :value))
  (eglot-rename "pace")
  (setq renamed (marl-text))
  (eglot-format-buffer)
  (with-temp-file (getenv "MARL_FOUND")
    (insert (let ((coding-system-for-write 'utf-8) (formatted (with-current-buffer "run.marl" (marl-text))))
              (json-serialize (list :mode mode :before before :after after :hover hover
                                    :renamed renamed :formatted formatted))))))
