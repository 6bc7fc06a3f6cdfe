"""What a transmission spectrum must obey: four constraints for losses, diagnostics, report."""
