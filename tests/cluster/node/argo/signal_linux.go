// What Argo's executor needs of Linux to run, signal and reap a step's command. Its Go module comes without this file.
package osspecific

import (
	"errors"
	"os"
	"syscall"

	exits "github.com/argoproj/argo-workflows/v4/util/errors"
)

// Term is the signal that asks a command to stop.
var Term = syscall.SIGTERM

// CanIgnoreSignal tells the signals that the executor gets for its own sake from those that the command should see.
func CanIgnoreSignal(s os.Signal) bool {
	return s == syscall.SIGCHLD || s == syscall.SIGURG
}

// Setpgid gives the command a process group of its own, so that Kill reaches what it starts as well.
func Setpgid(attributes *syscall.SysProcAttr) {
	attributes.Setpgid = true
}

// Kill signals pid's process group, or pid alone where it has none.
func Kill(pid int, s syscall.Signal) error {
	group, err := syscall.Getpgid(pid)
	if err != nil {
		return syscall.Kill(pid, s)
	}
	return syscall.Kill(-group, s)
}

// Wait returns when process has ended: nil for status 0, else an error that carries the status. The executor is the first
// process of its container, so it reaps whatever else ends meanwhile.
func Wait(process *os.Process) error {
	pid := process.Pid
	// Go's runtime must not wait for the process as well.
	if err := process.Release(); err != nil {
		return err
	}
	for {
		var status syscall.WaitStatus
		ended, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return err
		case ended == pid && status.Exited():
			return exits.NewExitErr(status.ExitStatus())
		case ended == pid && status.Signaled():
			return exits.NewExitErr(128 + int(status.Signal()))
		}
	}
}
